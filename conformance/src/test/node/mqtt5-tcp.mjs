import { useMqtt } from './mqtt-clients.mjs';
import { scenario, setting } from './stage.mjs';

await scenario('MQTT.js, MQTT 5 over TCP', () =>
  useMqtt({
    version: 5,
    transport: 'tcp',
    line: setting('POLYHUB_MQTT_LINE'),
    direct: setting('POLYHUB_MQTT'),
  }),
);
