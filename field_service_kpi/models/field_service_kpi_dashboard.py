from odoo import api, fields, models
from odoo.exceptions import UserError

from ..measure import LEVELS, Scope
from ..period import KEYS, get_period

# What each role looks at first; those of them that the suite can compute are shown.
DEFAULTS = {
    "manager": "P1 P2 P5 P9 P14 P18 T1 T2 T4 Q1 Q2 S3 S7 C1 C2 C3 G2 G6",
    "accountant": "P1 P2 P18 P19 P20 C1 C2 C3 C4 C6",
    "dispatcher": "T1 T4 T8 T10 Q1 Q2 Q4 Q7 Q8 S2 S3 S7 S8 S9 S11 G6",
    "technician": "T1 T3 T4 T5 T7 T8",
}
MONEY_UNITS = ("money", "money_per_hour")
OPTION_LIMIT = 200


class FieldServiceKpiDashboard(models.AbstractModel):
    """The dashboard: one question of the web client, one answer for the whole screen.

    A question (``options``) is a dictionary: ``period`` (a key, or "custom" with
    ``date_from`` and ``date_to``), ``level`` and ``record_id`` (whose figures) and
    ``company_ids``.
    """

    _name = "field.service.kpi.dashboard"
    _inherit = ["field.service.kpi.dashboard.figures"]
    _description = "KPI Dashboard"

    # ------------------------------------------------------------------- public API
    @api.model
    @api.readonly
    def get_dashboard(self, options=None):
        """Return everything the screen shows.

        :param dict options: the question, see the class; missing keys have defaults
        :rtype: dict
        """
        question = self._get_question(options or {})
        kpis = self._get_readable_kpis()
        shown = self._get_shown_kpis(kpis)
        return {
            "role": self._get_role(),
            "period": self._format_period(question),
            "options": self._format_options(question),
            "choices": self._get_choices(question),
            "currency_id": question["currency"].id,
            "rates": self._get_rates(question),
            "families": self._get_families(),
            "available": [
                {"id": kpi.id, "name": kpi.name, "code": kpi.code, "family": kpi.family}
                for kpi in kpis
            ],
            "shown": shown.ids,
            **self._get_figures(shown, question),
            "as_of": fields.Datetime.to_string(fields.Datetime.now()),
        }

    @api.model
    @api.readonly
    def open_cases(self, kpi_id, options=None, part="current"):
        """Return the action that lists what the figure of a tile is the sum of.

        :param int kpi_id: KPI of the tile
        :param dict options: the question of the screen
        :param str part: "current", "previous", or the first day of a month
        """
        question = self._get_question(options or {})
        kpi = self._get_readable_kpis().filtered(lambda kpi: kpi.id == kpi_id)
        if not kpi:
            raise UserError(self.env._("This KPI is not shown to you."))
        return kpi.action_open_cases(self._get_scope(question, part))

    @api.model
    def set_kpis(self, kpi_ids):
        """Remember which KPIs the user wants to see; none means those of his role."""
        choice = self.env["field.service.kpi.choice"]._get_choice()
        kpis = self._get_readable_kpis().filtered(lambda kpi: kpi.id in kpi_ids)
        if not kpis:
            choice.unlink()
        elif choice:
            choice.kpi_ids = kpis
        else:
            choice.create({"kpi_ids": kpis.ids})
        return True

    # ------------------------------------------------------------------------ roles
    @api.model
    def _get_role(self):
        """Return the key of ``DEFAULTS`` that fits the user best."""
        user = self.env.user
        if user.has_group("field_service.group_manager"):
            return "manager"
        if user.has_group("account.group_account_readonly") or user.has_group(
            "account.group_account_invoice"
        ):
            return "accountant"
        if user.has_group("field_service.group_dispatcher"):
            return "dispatcher"
        return "technician"

    @api.model
    def _get_readable_kpis(self):
        """Return the KPIs whose figures the user may see.

        A technician sees his own productivity, and no money.
        """
        kpis = self.env["field.service.kpi"].search([("active", "=", True)])
        if self._get_role() == "technician":
            return kpis.filtered(
                lambda kpi: kpi.family == "2_productivity"
                and not self._has_money(kpi)
                and "technician" in kpi._get_levels()
            )
        return kpis.filtered(self._can_read)

    def _can_read(self, kpi):
        registry = self.env["field.service.kpi.measure"]
        measures = registry._get_measures()
        if self._has_money(kpi) and not self._can_read_money():
            return False
        return all(
            code in measures and self.env[measures[code].model].has_access("read")
            for code in kpi._get_measure_codes()
        )

    @api.model
    def _can_read_money(self):
        """Costs and margins have their own group; accountants see what is posted."""
        user = self.env.user
        return user.has_group("field_service.group_cost") or user.has_group(
            "account.group_account_readonly"
        )

    def _has_money(self, kpi):
        measures = self.env["field.service.kpi.measure"]._get_measures()
        return kpi.unit in MONEY_UNITS or any(
            measures[code].is_money(self.env)
            for code in kpi._get_measure_codes()
            if code in measures
        )

    @api.model
    def _get_shown_kpis(self, kpis):
        """Return those of the KPIs that the user chose, or that his role looks at."""
        chosen = self.env["field.service.kpi.choice"]._get_choice().kpi_ids & kpis
        if chosen:
            return kpis & chosen
        codes = DEFAULTS[self._get_role()].split()
        return kpis.filtered(lambda kpi: kpi.code in codes) or kpis

    # --------------------------------------------------------------------- question
    @api.model
    def _get_question(self, options):
        """Read and check what the client asks."""
        companies = self._get_companies(options)
        main = self.env.company if self.env.company in companies else companies[0]
        level, record_id = self._get_filter(options)
        return {
            "companies": companies,
            "company": main,
            "currency": main.currency_id,
            "period": self._get_period(main, options),
            "level": level,
            "record_id": record_id,
        }

    def _get_companies(self, options):
        asked = options.get("company_ids") or []
        # Never more than the user has switched on.
        companies = self.env.companies.filtered(lambda company: company.id in asked)
        return companies or self.env.company

    def _get_period(self, company, options):
        key = options.get("period")
        today = fields.Date.context_today(self)
        date_from = fields.Date.to_date(options.get("date_from"))
        date_to = fields.Date.to_date(options.get("date_to"))
        if key == "custom" and date_from and date_to:
            self.env["field.service.kpi"]._check_scope(
                Scope(company, date_from, date_to)
            )
            return get_period(company, key, today, date_from, date_to)
        return get_period(company, key if key in KEYS else KEYS[0], today)

    def _get_filter(self, options):
        """Return level and record the figures are asked for; (None, False): all."""
        if self._get_role() == "technician":
            return "technician", self.env.user.employee_id.id
        level, record_id = options.get("level"), options.get("record_id")
        if level not in LEVELS or level == "company" or not record_id:
            return None, False
        own = record_id == self.env.user.employee_id.id
        if level == "technician" and self._get_role() != "manager" and not own:
            raise UserError(
                self.env._(
                    "Figures of a person are shown to that person and to service "
                    "managers. Choose a team instead."
                )
            )
        return level, int(record_id)

    def _get_scope(self, question, part="current", **values):
        """Return the ``Scope`` of the period, the one before, or one of its months."""
        period = question["period"]
        start, stop = period.start, period.stop
        if part == "previous":
            start, stop = period.previous_start, period.previous_stop
        elif part != "current":
            start = fields.Date.to_date(part)
            stop = min(fields.Date.end_of(start, "month"), period.end)
        filters = ()
        if question["level"]:
            filters = ((question["level"], question["record_id"]),)
        return Scope(question["companies"], start, stop, filters=filters, **values)

    # ------------------------------------------------------------------------ texts
    def _format_period(self, question):
        period = question["period"]
        return {
            "key": period.key,
            "start": fields.Date.to_string(period.start),
            "stop": fields.Date.to_string(period.stop),
            "end": fields.Date.to_string(period.end),
            "previous_start": fields.Date.to_string(period.previous_start),
            "previous_stop": fields.Date.to_string(period.previous_stop),
            "is_running": period.is_running,
        }

    def _format_options(self, question):
        """Return the question as it was understood, for the next one."""
        return {
            "period": question["period"].key,
            "date_from": fields.Date.to_string(question["period"].start),
            "date_to": fields.Date.to_string(question["period"].stop),
            "level": question["level"] or False,
            "record_id": question["record_id"],
            "company_ids": question["companies"].ids,
        }

    def _get_families(self):
        selection = self.env["field.service.kpi"]._fields["family"]
        return selection._description_selection(self.env)

    def _get_choices(self, question):
        """Return what the switches offer: companies, and records by level."""
        companies = [
            {"id": company.id, "name": company.name} for company in self.env.companies
        ]
        return {"companies": companies, "levels": self._get_level_choices(question)}

    def _get_level_choices(self, question):
        if self._get_role() == "technician":
            return []
        domain = [("company_id", "in", [*question["companies"].ids, False])]
        names = self.env["field.service.kpi"]._get_level_names()
        teams = self.env["field.service.team"]
        teams = (
            teams.search(domain[:], limit=OPTION_LIMIT) if self._may(teams) else teams
        )
        types = self.env["field.service.job.type"]
        types = (
            types.search(domain[:], limit=OPTION_LIMIT) if self._may(types) else types
        )
        choices = [("team", teams), ("job_type", types)]
        if self._get_role() == "manager":
            people = teams.member_ids.sorted("name")[:OPTION_LIMIT]
            choices.append(("technician", people))
        return [
            {
                "level": level,
                "name": names[level],
                "records": [{"id": one.id, "name": one.display_name} for one in many],
            }
            for level, many in choices
            if many
        ]

    @staticmethod
    def _may(model):
        return model.has_access("read")

    def _get_rates(self, question):
        """Return how the companies' money was converted, if it was."""
        if len(question["companies"]) < 2:
            return []
        target, day = question["currency"], question["period"].stop
        return [
            {
                "company": company.name,
                "currency": company.currency_id.name,
                "target": target.name,
                "rate": company.currency_id._get_conversion_rate(
                    company.currency_id, target, self.env.company, day
                ),
                "date": fields.Date.to_string(day),
            }
            for company in question["companies"]
        ]
