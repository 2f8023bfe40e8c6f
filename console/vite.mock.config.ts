// The console with the mock hub: for development, screenshots and trying out. Never for what is shipped.
import { mergeConfig } from 'vite';
import { mockHub } from './mock/plugin.ts';
import base from './vite.config.ts';

export default mergeConfig(base, { plugins: [mockHub()] });
