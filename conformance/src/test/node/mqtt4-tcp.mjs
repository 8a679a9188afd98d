import { useMqtt } from './mqtt-clients.mjs';
import { scenario, setting } from './stage.mjs';

await scenario('MQTT.js, MQTT 3.1.1 over TCP', () =>
  useMqtt({
    version: 4,
    transport: 'tcp',
    line: setting('POLYHUB_MQTT_LINE'),
    direct: setting('POLYHUB_MQTT'),
  }),
);
