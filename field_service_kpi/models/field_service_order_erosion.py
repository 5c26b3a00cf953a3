from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import plaintext2html

from .field_service_order_ladder import COST_GROUP

WATCHED_STATES = ("released", "scheduled", "in_progress", "on_hold")
ACTIVITY = "field_service_kpi.mail_activity_type_erosion"
# What is told again has fallen by as many points, where the company says no number.
STEP = 5.0
BATCH = 100


class FieldServiceOrderErosion(models.AbstractModel):
    """Tells the manager that a job will earn less than planned while it can be helped.

    The forecast of the margin ladder is compared with the baseline: by points, and with
    a floor. Told once, again only when it has fallen further, closed when repaired.
    """

    _name = "field.service.order.erosion"
    _description = "Falling Margins of Work Orders"

    erosion_since = fields.Datetime(
        string="Margin Falls Since",
        readonly=True,
        copy=False,
        index="btree_not_null",
        groups=COST_GROUP,
        help="Since when the forecast margin is further below the baseline than the "
        "company accepts.",
    )
    erosion_rate = fields.Float(
        string="Margin % Told",
        readonly=True,
        copy=False,
        groups=COST_GROUP,
        help="Forecast margin that the manager was told last.",
    )
    erosion_causes = fields.Char(
        string="Why the Margin Falls", readonly=True, copy=False, groups=COST_GROUP
    )

    # -------------------------------------------------------------------- triggers
    @api.model
    def _get_process_steps(self):
        return [*super()._get_process_steps(), "_process_erosion"]

    def _process_erosion(self):
        """Tell of margins that fall, and close what is repaired. Idempotent."""
        watched = self.filtered(lambda order: order._is_margin_watched())
        (self - watched).filtered("erosion_since")._close_erosion()
        if not watched:
            return
        ladders = watched._get_margin_ladder()
        for order in watched:
            order._follow_erosion(ladders[order])

    @api.model
    def _cron_watch_margins(self):
        """Look at open orders: hours pass, and prices change, without any event."""
        companies = self.env["res.company"].search(
            [
                "|",
                ("service_erosion_points", ">", 0.0),
                ("service_erosion_floor", ">", 0.0),
            ]
        )
        domain = [
            ("company_id", "in", companies.ids),
            ("state", "in", WATCHED_STATES),
            ("baseline_date", "!=", False),
        ]
        orders = self.search(domain, order="id")
        cron = self.env["ir.cron"]
        cron._commit_progress(remaining=len(orders))
        for start in range(0, len(orders), BATCH):
            batch = orders[start : start + BATCH]
            for order in batch:
                try:
                    with self.env.cr.savepoint():
                        order._process_erosion()
                except UserError as error:
                    order._message_log(body=plaintext2html(str(error)))
            if not cron._commit_progress(len(batch)):
                break

    # ------------------------------------------------------------------ comparison
    def _is_margin_watched(self):
        """Tell whether the company wants to know, and there is a plan to compare with.

        Work that nobody pays for has no margin to lose.
        """
        company = self.company_id
        return (
            (company.service_erosion_points > 0 or company.service_erosion_floor > 0)
            and self.state in WATCHED_STATES
            and bool(self.baseline_date)
            and self.currency_id.compare_amounts(self.baseline_revenue, 0.0) > 0
            and not self.is_historic
        )

    def _follow_erosion(self, ladder):
        """Tell, tell again or close, by what the ladder of one order says now."""
        planned = ladder["baseline"]["rate"] * 100.0
        # Without any revenue all of the cost is lost.
        rate = ladder["forecast"]["rate"]
        rate = 100.0 * rate if rate is not None else -100.0
        company = self.company_id
        points, floor = company.service_erosion_points, company.service_erosion_floor
        fallen = points > 0 and planned - rate >= points - 1e-6
        too_low = floor > 0 and rate < floor - 1e-6 and rate < planned - 1e-6
        if not (fallen or too_low):
            if self.erosion_since:
                self._close_erosion()
            return
        worse = self.erosion_rate * 100.0 - rate >= (points or STEP) - 1e-6
        if not self.erosion_since or worse:
            self._tell_erosion(ladder, planned, rate)

    # ---------------------------------------------------------------------- telling
    def _get_erosion_recipients(self):
        """Return who is told: the team's leader if he may see costs, else managers."""
        leader = self.team_id.leader_id
        if leader and leader.has_group(COST_GROUP):
            return leader
        managers = self.env.ref("field_service.group_manager").all_user_ids
        return managers.filtered(
            lambda user: user.active
            and not user.share
            and self.company_id in user.company_ids
        )

    def _tell_erosion(self, ladder, planned, rate):
        """Tell the managers in private; the activity on the order has no figures."""
        users = self._get_erosion_recipients()
        lang = users[:1].lang or self.env.lang
        order = self.with_context(lang=lang)
        causes = ", ".join(order._get_erosion_causes(ladder))
        first = not self.erosion_since
        self.write(
            {
                "erosion_since": self.erosion_since or fields.Datetime.now(),
                "erosion_rate": rate / 100.0,
                "erosion_causes": causes,
            }
        )
        text = order.env._(
            "%(order)s will earn %(rate).1f %% instead of %(planned).1f %%: "
            "%(causes)s.",
            order=self.name,
            rate=rate,
            planned=planned,
            causes=causes or order.env._("see the margin ladder"),
        )
        # Not on the order's own thread: not everybody there may see costs.
        self.env["mail.thread"].message_notify(
            partner_ids=users.partner_id.ids,
            subject=order.env._("%(order)s: the margin falls", order=self.name),
            body=plaintext2html(text),
        )
        if first:
            quiet = order.with_context(mail_activity_quick_update=True)
            for user in users:
                quiet.activity_schedule(
                    ACTIVITY,
                    user_id=user.id,
                    summary=order.env._("The margin falls: look at the margin ladder"),
                )

    def _close_erosion(self):
        """Forget what was told: it is repaired, or the work is over."""
        self.write(
            {"erosion_since": False, "erosion_rate": 0.0, "erosion_causes": False}
        )
        self.activity_unlink([ACTIVITY])

    # ----------------------------------------------------------------------- causes
    def _get_erosion_causes(self, ladder):
        """Return why the margin falls, what costs most first, as short texts."""
        causes = [
            *self._get_hour_causes(ladder),
            *self._get_part_causes(),
            *self._get_other_causes(ladder),
            *self._get_price_causes(ladder),
        ]
        causes.sort(key=lambda cause: -cause[0])
        return [
            text for amount, text in causes if self.currency_id.round(amount) > 0.0
        ][:5]

    def _get_planned_quantities(self, kind):
        """Return {product id: [quantity, amount]} of the frozen baseline."""
        result = {}
        for line in (self.baseline_detail or {}).get("costs", ()):
            if line["kind"] == kind:
                known = result.setdefault(line["product_id"], [0.0, 0.0])
                known[0] += line["quantity"]
                known[1] += line["amount"]
        return result

    def _get_hour_causes(self, ladder):
        planned = self._get_planned_quantities("labour").get(None, [0.0, 0.0])
        live = self._get_live_visits()
        hours = self._get_hours_to_come(live)
        for visit in self.visit_ids:
            if visit in live:
                hours += live[visit][0] * len(visit._get_own_people())
            elif visit.state == "completed":
                hours += visit.work_hours * len(visit._get_own_people())
        more = hours - planned[0]
        extra = ladder["forecast"]["labour"] - planned[1]
        rate = planned[1] / planned[0] if planned[0] else 0.0
        by_hours = more * rate if rate else extra
        causes = []
        if more > 0.01:
            text = self.env._("hours +%(hours).1f h", hours=more)
            causes.append((by_hours, text))
        rest = extra - by_hours
        if rest > 0.0:
            text = self.env._("rate of an hour +%(sum)s", sum=self._format_sum(rest))
            causes.append((rest, text))
        return causes

    def _get_part_causes(self):
        planned = self._get_planned_quantities("parts")
        expected = {}
        for row in self._get_posted_rows(["parts"]):
            key = row.product_id.id
            expected[key] = expected.get(key, 0.0) - row.margin
        for item in self._get_part_items() if self._is_work_open() else ():
            key = item.source.product_id.id
            expected[key] = expected.get(key, 0.0) + item.amount
        products = self.env["product.product"]
        causes = []
        for key, amount in expected.items():
            extra = amount - planned.get(key, (0.0, 0.0))[1]
            name = products.browse(key).display_name if key else self.env._("parts")
            text = f"{name} +{self._format_sum(extra)}"
            causes.append((extra, text))
        return causes

    def _get_other_causes(self, ladder):
        labels = self._get_ladder_labels()
        baseline, forecast = ladder["baseline"], ladder["forecast"]
        return [
            (extra, f"{labels[kind].lower()} +{self._format_sum(extra)}")
            for kind in ("travel", "subcontract", "other")
            for extra in [forecast[kind] - baseline[kind]]
        ]

    def _get_price_causes(self, ladder):
        planned = ladder["baseline"]["revenue"]
        less = planned - ladder["forecast"]["revenue"]
        percent = 100.0 * less / planned
        text = self.env._("price -%(percent).0f %%", percent=percent)
        return [(less, text)]

    def _format_sum(self, amount):
        return f"{self.currency_id.round(amount):.{self.currency_id.decimal_places}f}"
