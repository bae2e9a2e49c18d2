// htmx within the Content-Security-Policy: nothing evaluated, no <style> injected.
import htmx from 'htmx.org/dist/htmx.esm.js';

htmx.config.allowEval = false;
htmx.config.allowScriptTags = false;
htmx.config.includeIndicatorStyles = false;
htmx.config.selfRequestsOnly = true;
// A 422 carries the form with its errors.
htmx.config.responseHandling = [
  { code: '204', swap: false },
  { code: '[23]..', swap: true },
  { code: '422', swap: true },
  { code: '[45]..', swap: false, error: true },
];
window.htmx = htmx;
