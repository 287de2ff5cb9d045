"""Devices, for engineers."""

from fastapi import APIRouter
from pydantic import BaseModel

from api.entrance import EngineerOnly, ServicesDep
from api.models import DeviceModel
from store import devices

routes = APIRouter(tags=["devices"])


class DevicesModel(BaseModel):
    """Every device of the landlord."""

    items: list[DeviceModel]


@routes.get("/devices", summary="Devices with where they stand and when they were last heard")
def list_devices(engineer: EngineerOnly, services: ServicesDep) -> DevicesModel:
    """By gateway and name. No reading is shown: they are the tenants'."""
    with services.database.acting_for(engineer) as conn:
        found = devices.devices(conn)
    return DevicesModel(items=[DeviceModel.model_validate(one) for one in found])
