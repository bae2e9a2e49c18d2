// Requests to the server: the CSRF token, JSON bodies, and one sentence for whatever went wrong.

import { pick } from './language.js';
import { checkSession, currentToken } from './session.js';

const SENTENCES = {
  0: ['网络不通，内容仍在本页，请稍后重试。', 'No connection. What you typed is still here; please try again.'],
  400: ['请求无效，请刷新页面后重试。', 'The request was not valid. Please reload the page and try again.'],
  401: ['登录已过期，请在新标签页重新登录后再试。', 'You are logged out. Log in again in another tab, then try again.'],
  403: ['您没有权限执行此操作，或登录已过期。', 'You may not do this, or your login has expired.'],
  404: ['内容不存在或已被删除。', 'This no longer exists.'],
  409: ['内容已被他人修改，您填写的内容仍在本页。', 'Someone else was first. What you typed is still here.'],
  413: ['文件太大。', 'The file is too large.'],
  422: ['请检查标出的内容。', 'Please check what is marked.'],
};
const SIGNED_OUT = [400, 401, 403];
const SERVER_FAULT = ['服务器出错，内容仍在本页，请稍后重试。', 'The server failed. What you typed is still here; please try again.'];

export function sentenceFor(status) {
  return pick(...(SENTENCES[status] ?? SERVER_FAULT));
}

function ask(url, { csrf, headers, ...options }) {
  const all = { Accept: 'application/json', ...(csrf && { 'X-CSRFToken': currentToken(csrf) }), ...headers };
  return fetch(url, { credentials: 'same-origin', headers: all, ...options });
}

/**
 * Send a request; never throws. Returns `{ok, status, body, message}`: `body` is the parsed JSON or null,
 * `status` is 0 without a connection, `message` is the server's, else ours, and empty when all is well.
 */
export async function send(url, options = {}) {
  let response;
  try {
    const token = currentToken(options.csrf);
    response = await ask(url, options);
    if (options.csrf && SIGNED_OUT.includes(response.status)) {
      await checkSession();
      // Signed in again in another tab since: once more with the token of now.
      if (currentToken(options.csrf) !== token) response = await ask(url, options);
    }
  } catch {
    return { ok: false, status: 0, body: null, message: sentenceFor(0) };
  }
  const body = await response.json().catch(() => null);
  const message = body?.message ?? (response.ok ? '' : sentenceFor(response.status));
  return { ok: response.ok, status: response.status, body, message, url: response.url, redirected: response.redirected };
}

/** `send` with a JSON body. */
export function sendJson(url, method, value, { csrf, ...options } = {}) {
  return send(url, { method, csrf, headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(value), ...options });
}
