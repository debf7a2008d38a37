"""The closed lists of what an answer may call a debt, as the published description has them."""

from __future__ import annotations

from typing import Final

TYPES: Final = (
    *("HMRC_SA", "HMRC_SIMPLE", "HMRC_PAYE_UP", "HMRC_TCO", "HMRC_CHB", "HMRC_PENALTY"),
    *("HMRC_NIC", "HMRC_VAT", "HMRC_EPAYE", "DWP_UC_OP", "DWP_LEGACY_OP", "DWP_ADVANCE"),
    *("DWP_HARDSHIP", "DWP_SF", "DWP_BUDGETING", "DWP_FRAUD", "DWP_CIVPEN", "DWP_INTEGRATION"),
    *("CMS_ARREARS", "LA_CTAX", "LA_CTAX_CURRENT", "SCO_CTAX", "LPS_RATES", "LA_HBOP", "LA_PCN"),
    *("LA_RENT", "LA_CARE", "LA_SUNDRY", "HMCTS_FINE", "HMCTS_COMP", "HMCTS_CONFISC"),
    *("SCTS_FINE", "NICTS_FINE", "LAA_CONTRIB", "SLC_OVERPAY", "SLC_LOAN", "DVLA_PENALTY"),
    *("DART", "ROAD", "TV_LICENCE", "NHS_PCN", "HO_PENALTY", "SSS_OP", "DFC_OP", "GOV_PAY_OP"),
    *("RPA_OP", "CH_LFP"),
)
FLAGS: Final = (
    *("fraud", "coded_out", "written_off", "consolidated", "in_department_plan", "warrant"),
    *("insolvency", "current_year", "not_yet_due", "estimated", "credit", "transferred"),
    *("joint_unconfirmed", "outside_breathing_space", "with_enforcement"),
)
HOLDS: Final = ("breathing_space", "dispute", "appeal", "other")
FREQUENCIES: Final = ("week", "fortnight", "four_weeks", "month", "quarter", "half_year", "year")
