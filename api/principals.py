"""Who asks, as types: a handler typed for one of them cannot be reached by another."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Tenant:
    """Somebody who lives, or lived, in a home; they see what belongs to their own tenancy."""

    landlord_id: str
    tenant_id: str
    tenancy_id: str
    home_id: str

    @property
    def actor(self) -> str:
        """How they are named in records."""
        return f"tenant:{self.tenant_id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Officer:
    """Somebody who works for a landlord."""

    landlord_id: str
    officer_id: str

    @property
    def actor(self) -> str:
        """How they are named in records."""
        return f"officer:{self.officer_id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Engineer:
    """Somebody who looks after a landlord's devices, and sees no reading of anybody."""

    landlord_id: str
    engineer_id: str

    @property
    def actor(self) -> str:
        """How they are named in records."""
        return f"engineer:{self.engineer_id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class LandlordSystem:
    """The landlord's repairs system, telling how repairs go on."""

    landlord_id: str
    system_id: str

    @property
    def actor(self) -> str:
        """How it is named in records."""
        return f"landlord_system:{self.system_id}"


Principal = Tenant | Officer | Engineer | LandlordSystem
