"""In the home or the block: device messages become readings, wait in a spool and go up by MQTT."""
