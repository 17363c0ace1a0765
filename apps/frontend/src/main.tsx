import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './app.tsx';
import { keepUpToDate } from './update/this-page.ts';
import './style.css';

const root = document.getElementById('root');
if (root === null) throw new Error('index.html has no element #root');
keepUpToDate();
createRoot(root).render(
  <StrictMode>
    <App />
  </StrictMode>,
);
