"""The words that go with the rules' codes, marked for translation.

Short and plain, in the words of the pages. `%(department)s` is the department's name. Pages say
them through gettext: `gettext(REASONS[reason], department=name)`.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from plan.rules.appeal import AppealWay
from plan.rules.reasons import Notice, Reason
from plan.rules.strategies import StrategyName


def N_(words: str) -> str:
    """Mark words for translation, under the name that message extraction looks for."""
    return words


def heading(label: str) -> str:
    """A label as the first word of a heading: `rent` becomes `Rent`, `TV licence` stays."""
    return label[:1].upper() + label[1:]


REASONS: Final[Mapping[Reason, str]] = MappingProxyType(
    {
        Reason.FRAUD: N_("%(department)s has its own rules for this debt. Ask it how to pay."),
        Reason.COURT_FINE_ORDER: N_(
            "Only the court can change how you pay this. Keep to its terms."
        ),
        Reason.CONFISCATION: N_("Only the court can change how you pay this. Keep to its terms."),
        Reason.UNDER_DISPUTE_OR_APPEAL: N_("%(department)s is looking at whether this is right."),
        Reason.ALREADY_DEDUCTED_AT_SOURCE: N_(
            "This is already taken from your benefit or pay. You do not need to pay it twice."
        ),
        Reason.IN_BREATHING_SPACE: N_(
            "%(department)s has paused this debt. You do not need to pay it now."
        ),
        Reason.IN_INSOLVENCY: N_(
            "This is part of your bankruptcy, debt relief order or trust deed."
        ),
        Reason.SUBJECT_TO_WARRANT: N_(
            "This is with a court or enforcement agent. Get free advice about it soon."
        ),
        Reason.NOT_YET_DUE: N_("You do not need to pay this yet."),
        Reason.BELOW_MINIMUM: N_("There is too little left to pay to put it in a plan."),
        Reason.DEPARTMENT_REFUSED: N_("%(department)s did not agree to have this in your plan."),
        Reason.NO_CONSENT: N_("You did not give permission to put %(department)s in your plan."),
        Reason.NATION_NOT_COVERED: N_("We cannot put this kind of debt in a plan where you live."),
        Reason.LIABILITY_JOINT_UNCONFIRMED: N_(
            "%(department)s has not told us if you owe this with someone else."
        ),
        Reason.STUDENT_LOAN: N_("You pay a student loan from your wages when you earn enough."),
        Reason.CURRENT_YEAR: N_("This is for this year. Keep paying it as on your bill."),
        Reason.CODED_OUT: N_("This is collected through your tax code."),
        Reason.WRITTEN_OFF: N_("%(department)s is not asking you to pay this."),
        Reason.CONSOLIDATED: N_("This is now part of another debt on this page."),
        Reason.ELSEWHERE: N_(
            "Another office deals with this debt now. %(department)s can tell you which one."
        ),
        Reason.IN_DEPARTMENT_PLAN: N_("You already have a plan for this with %(department)s."),
        Reason.TIME_BARRED: N_(
            "This debt may be too old to collect. Get free advice before you pay any of it."
        ),
        Reason.DUPLICATE: N_("Two departments showed the same debt. We count it once."),
        Reason.TYPE_NOT_COVERED: N_("We cannot put this kind of debt in a plan yet."),
    }
)
"""Why a debt is not in the plan, in plain words."""

NOTICES: Final[Mapping[Notice, str]] = MappingProxyType(
    {
        Notice.TOO_LONG: N_("At this amount a plan would take more than 10 years."),
        Notice.TOKEN_PAYMENT: N_("This is less than the smallest amount a plan can have."),
        Notice.BELOW_MINIMUMS: N_(
            "This is less than the departments and the law ask for each month."
        ),
        Notice.LONG_PLAN: N_(
            "This plan takes more than 5 years. We will look at it with you every year."
        ),
        Notice.INTEREST_ADDED: N_("A department adds interest, so the plan may take longer."),
        Notice.CHARGES_STOP: N_(
            "A department adds no interest or fees while you keep to the plan."
        ),
        Notice.DEDUCTIONS_ABOVE_CAP: N_(
            "With this plan, more than usual goes to debts that are taken from Universal Credit."
            " Ask for a smaller amount if it is too much."
        ),
        Notice.BELOW_PROTECTED_MINIMUM: N_(
            "This may leave you with too little to live on. You can choose to pay less."
        ),
        Notice.MAY_BE_TOO_OLD: N_(
            "One of these debts may be too old to collect. Get free advice before you pay it:"
            " a payment can start the time again."
        ),
        Notice.CAN_STILL_APPEAL: N_(
            "You can still appeal about one of these debts. Saying yes to a plan does not change"
            " that."
        ),
        Notice.PROBABLE_DUPLICATE: N_("Two departments may show the same debt. We count it once."),
        Notice.GUIDELINES_OUT_OF_DATE: N_("The spending figures we compare with are out of date."),
    }
)
"""What is said beside a plan, in plain words."""

APPEALS: Final[Mapping[AppealWay, str]] = MappingProxyType(
    {
        AppealWay.TAX: N_(
            "Write to %(department)s and say why you do not agree. You can ask it to look again. If"
            " it does not change its mind, you can ask the tax tribunal to decide."
        ),
        AppealWay.BENEFIT: N_(
            "Ask %(department)s to look at its decision again. It calls this mandatory"
            " reconsideration. If it does not change its mind, you can ask a tribunal to decide. It"
            " is free."
        ),
        AppealWay.BENEFIT_AGAIN: N_(
            "Ask %(department)s to decide again. If you still do not agree, you can appeal. It is"
            " free."
        ),
        AppealWay.HOUSING_BENEFIT: N_(
            "Write to the council within a month of its decision, and say why you do not agree. If"
            " it does not change its mind, you can ask a tribunal to decide. It is free."
        ),
        AppealWay.TAX_CREDIT: N_(
            "If the sum is wrong, ask HMRC to look at its decision again. If it does not change"
            " its mind, you can ask a tribunal to decide. If the sum is right but you should not"
            " have to pay it, tell HMRC why. It calls this a dispute. Both are free."
        ),
        AppealWay.COUNCIL_TAX: N_(
            "Write to %(department)s and say why you do not agree. If it says no, or does not"
            " answer in 2 months, you can ask a tribunal to decide. It is free."
        ),
        AppealWay.PENALTY_CHARGE: N_(
            "Write to %(department)s and say why you should not pay. If it says no, you can ask an"
            " independent adjudicator to decide. It is free."
        ),
        AppealWay.COURT: N_(
            "Only a court can change this. If you did not know about the case, tell the court soon:"
            " it may look at it again. A free adviser can tell you if you can appeal, and how."
        ),
        AppealWay.ASK: N_(
            "Write to %(department)s and say why you do not agree. Ask it how you can appeal."
        ),
    }
)
"""How to appeal, in plain words (F35)."""

WAYS: Final[Mapping[StrategyName, str]] = MappingProxyType(
    {
        StrategyName.TWO_TIER: N_("A third to what can hurt you most, the rest by size"),
        StrategyName.PRO_RATA: N_("By size"),
        StrategyName.SMALL_FIRST: N_("Small debts first"),
        StrategyName.PRIORITY_FIRST: N_("What can hurt you most first"),
        StrategyName.EQUAL: N_("The same to each"),
    }
)
"""The ways to share a payment that a person can choose, in their order on the page (F97)."""

SHARED: Final[Mapping[StrategyName, str]] = MappingProxyType(
    {
        StrategyName.TWO_TIER: N_(
            "A third goes to debts that can hurt you most, such as council tax. The rest is shared"
            " by size: the larger the debt, the larger its share."
        ),
        StrategyName.PRO_RATA: N_(
            "It is shared by size: the larger the debt, the larger its share."
        ),
        StrategyName.SMALL_FIRST: N_(
            "Small debts come first: all of it goes to the smallest one until it is paid, then to"
            " the next."
        ),
        StrategyName.PRIORITY_FIRST: N_(
            "Debts that can hurt you most come first, such as council tax. The others get their"
            " part when those are paid."
        ),
        StrategyName.EQUAL: N_("Each debt gets the same until it is paid."),
        StrategyName.CONTRACTUAL: N_("Each debt gets a part by what its own contract asks."),
    }
)
"""How each of them shares, in sentences with no numbers."""

GUIDELINE_LABELS: Final = (
    N_("phone, internet and leisure"),
    N_("food and housekeeping"),
    N_("clothes and personal"),
    N_("phone and internet"),
    N_("travel"),
    N_("leisure, clothes and personal"),
)
"""The labels of register/policy/guidelines.toml, so that they are translated too."""
