"""The whole system on one machine: fetches and runs the servers, and every process."""
