// form-js in a page, for the comparison with the server: `runCases` opens, fills in and submits one form after the other.

import { Form } from "@bpmn-io/form-js-viewer";

const QUIET_MS = 400; // form-js passes a number on 300 ms after the last key.

function overlay(base, sent) {
  const plain = (value) => value !== null && typeof value === "object" && !Array.isArray(value);
  if (!plain(base) || !plain(sent)) return sent;
  const merged = { ...base };
  for (const key of Object.keys(sent)) merged[key] = key in base ? overlay(base[key], sent[key]) : sent[key];
  return merged;
}

function settled(form) {
  return new Promise((resolve) => {
    let timer = setTimeout(resolve, QUIET_MS);
    form.on("changed", () => {
      clearTimeout(timer);
      timer = setTimeout(resolve, QUIET_MS);
    });
  });
}

function errorPaths(form, errors) {
  const found = [];
  for (const instance of form.get("formFieldInstanceRegistry").getAllKeyed()) {
    let own = errors[instance.id];
    for (const index of Object.values(instance.indexes || {})) own = own && own[index];
    if (!Array.isArray(own) || !own.length) continue;
    const step = (text, part) => (typeof part === "number" ? `${text}[${part}]` : text ? `${text}.${part}` : part);
    found.push(instance.valuePath.reduce(step, ""));
  }
  return found.sort();
}

async function runCase({ form: schema, context, sent }) {
  const container = document.body.appendChild(document.createElement("div"));
  const form = new Form({ container });
  await form.importSchema(schema, context);
  await settled(form);
  form._setState({ data: overlay(form._getState().data, sent) });
  await settled(form);
  const { data, errors } = form.submit();
  const answer = { values: data, errors: errorPaths(form, errors) };
  form.destroy();
  container.remove();
  return JSON.parse(JSON.stringify(answer));
}

window.runCases = (cases) => Promise.all(cases.map(runCase));
