"""GOV.UK Pay: card payments and agreements for recurring ones (decision 11; wire section 15)."""

from __future__ import annotations

from adapters.payments.govuk_pay.faults import PARTY
from adapters.payments.govuk_pay.pay import GovukPay
from adapters.payments.govuk_pay.webhook import HintRefused, read_webhook

__all__ = ["PARTY", "GovukPay", "HintRefused", "read_webhook"]
