"""Subscribes to the channel `news` over MQTT, publishes there once a second, and prints what comes.

python3 -m venv venv && venv/bin/pip install -r requirements.txt && venv/bin/python main.py
"""

import json
import os
import time

import paho.mqtt.client as mqtt
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties


def on_connect(client, userdata, flags, reason, properties):
    print(f"connected: {reason}, session kept: {flags.session_present}", flush=True)
    client.subscribe("news", qos=1)


def on_message(client, userdata, message):
    print(message.payload.decode(), flush=True)


client = mqtt.Client(
    mqtt.CallbackAPIVersion.VERSION2, client_id="quickstart-python", protocol=mqtt.MQTTv5
)
client.on_connect = on_connect
client.on_message = on_message
# The token goes into the password; none is needed while no authentication is configured.
client.username_pw_set("", os.environ.get("POLYHUB_TOKEN"))

# What is published while this client is away, for up to an hour, it gets when it comes back.
properties = Properties(PacketTypes.CONNECT)
properties.SessionExpiryInterval = 3600
host, port = os.environ.get("POLYHUB_MQTT", "127.0.0.1:1883").split(":")
client.connect(host, int(port), clean_start=False, properties=properties)
client.loop_start()

count = 0
while True:
    count += 1
    # QoS 1: the client repeats it until the server has acknowledged that it keeps it.
    client.publish("news", json.dumps({"from": "python", "count": count}), qos=1)
    time.sleep(1)
