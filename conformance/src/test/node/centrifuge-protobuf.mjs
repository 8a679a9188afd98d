import { Centrifuge } from 'centrifuge/build/protobuf';
import { useCentrifuge } from './centrifuge-clients.mjs';
import { scenario } from './stage.mjs';

await scenario('centrifuge, Protobuf', () =>
  useCentrifuge({
    Centrifuge,
    build: 'protobuf',
    encode: (value) => new TextEncoder().encode(JSON.stringify(value)),
    decode: (data) => JSON.parse(new TextDecoder().decode(data)),
  }),
);
