from odoo import api, models
from odoo.fields import Domain
from odoo.tools import formatLang

from ..money import Found, Row

VISITS = "field.service.visit.report"
BRIDGE = "field.service.labour.bridge"


class FieldServiceMoneyTime(models.AbstractModel):
    """What paid time costs that no customer pays for."""

    _name = "field.service.money.time"
    _inherit = ["field.service.money.work"]
    _description = "Money on the Table: Time"

    @api.model
    def _get_sources(self):
        return {
            **super()._get_sources(),
            "travel": (self.env._("Travel above the target"), self._find_travel),
            "idle": (self.env._("Idle time above the target"), self._find_idle),
            "unabsorbed": (
                self.env._("Payroll that no order carries"),
                self._find_unabsorbed,
            ),
        }

    def _read_hours(self, scope):
        """Return the hours of completed visits: {name: sum or 0}."""
        names = (
            *("travel_known_hours", "travel_day_hours", "travel_visits", "visits"),
            *("paid_work_hours", "paid_travel_hours", "present_hours"),
        )
        domain = self._get_period_domain(scope, "work_date")
        sums = self._read_row(VISITS, domain, *(f"{name}:sum" for name in names))
        return dict(zip(names, sums, strict=True))

    def _get_loaded_rates(self, scope, hours):
        """Return what an hour of work and one on the road has cost; None: unknown.

        Posted labour by the hours worked, posted travel by the hours on the way. Where
        no travel is posted an hour on the road costs as much as any other.
        """
        sums = self.env["field.service.kpi.measure"]._get_sums(
            ["ledger.labour", "ledger.travel"], scope
        )
        labour, travel = (
            sum(sums[code].values()) for code in ("ledger.labour", "ledger.travel")
        )
        worked, driven = hours["paid_work_hours"], hours["paid_travel_hours"]
        work_rate = labour / worked if labour > 0 and worked else None
        return work_rate, travel / driven if travel > 0 and driven else work_rate

    def _get_share_target(self, code, scope):
        """Return the share that shall be reached, and in words where it is from."""
        kpi = self.env["field.service.kpi"].search([("code", "=", code)], limit=1)
        targets = self.env["field.service.kpi.target"]
        target = targets._find_target(
            targets._get_targets(kpi, scope), kpi, scope.companies.id, False
        )
        if target:
            return target.target, self.env._("your target")
        return kpi.benchmark, self.env._("benchmark; there is no target of yours")

    def _get_target_note(self, share, origin, rate):
        currency = self.env.company.currency_id
        return self.env._(
            "Target: %(share)s %% (%(origin)s). An hour has cost %(rate)s.",
            share=formatLang(self.env, share * 100, digits=1),
            origin=origin,
            rate=formatLang(self.env, rate, currency_obj=currency),
        )

    # ---------------------------------------------------------------------- travel
    def _find_travel(self, scope):
        hours = self._read_hours(scope)
        rate = self._get_loaded_rates(scope, hours)[1]
        way, day = hours["travel_known_hours"], hours["travel_day_hours"]
        if not way:
            return Found(reason=self.env._("No time on the way was recorded."))
        if rate is None:
            return Found(reason=self.env._("No labour or travel was posted."))
        share, origin = self._get_share_target("T4", scope)
        # With the same work and waiting, a share s is s / (1 - s) of them.
        more = way - share / (1.0 - share) * (day - way) if share < 1 else 0.0
        row = Row(
            key="travel",
            label=self.env._("Time on the way above the target"),
            formula=self.env._(
                "(Hours on the way - hours that the target share leaves beside the "
                "same work) x posted cost of an hour on the way. Visits with a "
                "recorded way."
            ),
            base=more,
            amount=more * rate,
            n=hours["travel_visits"],
            model=VISITS,
            domain=tuple(
                self._get_period_domain(scope, "work_date")
                & Domain("travel_visits", "=", 1)
            ),
            basis="scheduled",
            unit="hours",
            note=self._get_target_note(share, origin, rate),
            kpi="T4",
        )
        reason = self.env._("The share of the way is within the target.")
        return Found((row,) if more > 0 else (), reason)

    # ------------------------------------------------------------------------ idle
    def _find_idle(self, scope):
        hours = self._read_hours(scope)
        rate = self._get_loaded_rates(scope, hours)[0]
        if not hours["visits"]:
            return Found(reason=self.env._("No visit was completed."))
        if rate is None:
            return Found(reason=self.env._("No labour was posted."))
        # Before the first recorded visit nobody knows what people did.
        known = scope._replace(date_from=self._get_first_day(scope))
        paid = self.env["field.service.kpi.measure"]._get_sums(["hours.paid"], known)
        paid = sum((paid.get("hours.paid") or {}).values())
        share, origin = self._get_share_target("T6", scope)
        more = paid - hours["present_hours"] - share * paid
        row = Row(
            key="idle",
            label=self.env._("Idle time above the target"),
            formula=self.env._(
                "(Paid hours - hours of work, way and waiting - idle hours that the "
                "target allows) x posted cost of an hour worked. Paid hours are those "
                "of the working times since the first visit of the period, leaves left "
                "out."
            ),
            base=more,
            amount=more * rate,
            n=hours["visits"],
            model=VISITS,
            domain=tuple(
                self._get_period_domain(scope, "work_date") & Domain("visits", "=", 1)
            ),
            basis="scheduled",
            unit="hours",
            note=self._get_target_note(share, origin, rate),
            kpi="T6",
        )
        reason = self.env._("Idle time is within the target.")
        return Found((row,) if more > 0 else (), reason)

    def _get_first_day(self, scope):
        """Return the day of the first completed visit of a scope that has any."""
        domain = self._get_period_domain(scope, "work_date") & Domain("visits", "=", 1)
        [[first]] = self.env[VISITS]._read_group(domain, [], ["work_date:min"])
        return first

    # ------------------------------------------------------------------ unabsorbed
    def _find_unabsorbed(self, scope):
        domain = self._get_period_domain(scope, "period")
        payroll, rest, months = self._read_row(
            BRIDGE, domain, "payroll:sum", "unabsorbed:sum", "__count"
        )
        if not payroll:
            return Found(
                reason=self.env._(
                    "No payroll was posted on the accounts chosen in the settings."
                )
            )
        row = Row(
            key="unabsorbed",
            label=self.env._("Payroll that no order carries"),
            formula=self.env._(
                "Posted payroll of the field team less labour and travel charged to "
                "work orders, of the months that begin in the period."
            ),
            base=rest,
            amount=rest,
            n=months,
            model=BRIDGE,
            domain=tuple(domain),
            basis="accounting",
            kpi="P18",
        )
        reason = self.env._("Work orders carry the whole payroll.")
        return Found((row,) if rest > 0 else (), reason)
