"""HMRC Self Assessment Accounts 4.0. Off unless it is switched on (decision 46): Time To Pay shows
the same charges, and one debt must not be shown twice."""

from __future__ import annotations

from adapters.departments.hmrc_self_assessment.department import HmrcSelfAssessmentAccounts

__all__ = ["HmrcSelfAssessmentAccounts"]
