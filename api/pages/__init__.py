"""The pages people read: server-rendered HTML on the same disclosures as the API."""
