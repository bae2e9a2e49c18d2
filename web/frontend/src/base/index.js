// Every page: Tabler, htmx, and the small behaviours that templates ask for by data attributes.
import '@tabler/core/dist/css/tabler.min.css';
import '@tabler/core/dist/js/tabler.esm.min.js';
import './base.css';

import './htmx.js';
import './arrival.js';
import './bulk.js';
import './buttons.js';
import './commands.js';
import './countdown.js';
import './insert.js';
import './keys.js';
import './live.js';
import './mentions.js';
import './notify.js';
import './presence.js';
import './preview.js';
import './session.js';
