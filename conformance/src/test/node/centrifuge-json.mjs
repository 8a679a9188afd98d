import { Centrifuge } from 'centrifuge';
import { useCentrifuge } from './centrifuge-clients.mjs';
import { scenario } from './stage.mjs';

await scenario('centrifuge, JSON', () =>
  useCentrifuge({ Centrifuge, build: 'json', encode: (value) => value, decode: (data) => data }),
);
