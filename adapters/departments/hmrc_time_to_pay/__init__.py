"""HMRC's Time To Pay `charge-info`: the source of its debts (decision 46)."""

from __future__ import annotations

from adapters.departments.hmrc_time_to_pay.department import HmrcTimeToPay, MoratoriumGate

__all__ = ["HmrcTimeToPay", "MoratoriumGate"]
