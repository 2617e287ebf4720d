// The console's page: starts the app within the page that the server has served.

import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './app.tsx';
import { takeSecret } from './data/secret.ts';
import './styles/index.css';
import { storedTheme } from './theme.ts';

takeSecret();
// An address that is opened over this page differs from it behind the # only: then nothing is loaded anew by itself.
window.addEventListener('hashchange', () => {
  if (takeSecret()) location.reload();
});
document.documentElement.dataset.theme = storedTheme();
const root = document.getElementById('root');
if (root) {
  createRoot(root).render(
    <StrictMode>
      <App />
    </StrictMode>,
  );
}
