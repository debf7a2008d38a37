"""Departments that speak our own protocol (docs/protocol): one adapter for all of them."""

from __future__ import annotations

from adapters.departments.native.department import NativeDepartment
from adapters.departments.native.messages import Delivery, NativeMessages, PlanLine, PlanMessage

__all__ = ["Delivery", "NativeDepartment", "NativeMessages", "PlanLine", "PlanMessage"]
