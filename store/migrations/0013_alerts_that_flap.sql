-- An alert that was told of again and again stays open while its trouble comes and goes.
ALTER TABLE alerts ADD COLUMN flapping boolean NOT NULL DEFAULT false;
