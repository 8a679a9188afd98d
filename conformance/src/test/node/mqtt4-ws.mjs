import { useMqtt } from './mqtt-clients.mjs';
import { scenario, setting } from './stage.mjs';

await scenario('MQTT.js, MQTT 3.1.1 over WebSocket', () =>
  useMqtt({
    version: 4,
    transport: 'ws',
    line: `${setting('POLYHUB_WEBSOCKET_LINE')}/mqtt`,
    direct: `${setting('POLYHUB_WEBSOCKET')}/mqtt`,
  }),
);
