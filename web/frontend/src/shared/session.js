// Whether the reader of a page is still signed in, and the token that their requests need since they signed in again elsewhere.
// <meta name="kf-session" content="/session" data-user="ann"> stands on the pages of who is signed in.

const place = () => document.querySelector('meta[name=kf-session]');
const tokenPlace = () => document.querySelector('meta[name=csrf-token]');

/** The token as it is now; `given` is the one that was written beside a form, for pages without their own. */
export function currentToken(given) {
  return tokenPlace()?.content || given;
}

/** Put the new token into every form of the page. */
function renew(token) {
  tokenPlace().content = token;
  for (const input of document.querySelectorAll('input[name=csrf_token]')) input.value = token;
}

async function ask(url) {
  try {
    const answer = await fetch(url, { headers: { Accept: 'application/json' }, cache: 'no-store', credentials: 'same-origin' });
    return answer.ok ? await answer.json() : null;
  } catch {
    return null;
  }
}

/** Ask the server who is signed in, take over a new token of theirs, and tell it by the event `kf:session`. */
export async function checkSession() {
  const page = place();
  const now = page && await ask(page.content);
  if (!now) return;
  const isSame = now.user === page.dataset.user;
  if (isSame) renew(now.csrf);
  document.dispatchEvent(new CustomEvent('kf:session', { detail: { user: now.user, isSame } }));
}
