from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools.date_utils import add, start_of

from ..period import KEYS, get_period
from .field_service_scorecard_index import SOURCES

MODELS = {
    "team": "field.service.team",
    "technician": "hr.employee",
    "job_type": "field.service.job.type",
    "customer": "res.partner",
    "site": "res.partner",
    "asset": "field.service.asset",
    "agreement": "field.service.agreement",
}
TWELVE_MONTHS = "twelve_months"
READERS = (
    "field_service.group_dispatcher",
    "field_service.group_cost",
    "account.group_account_invoice",
    "account.group_account_readonly",
)


class FieldServiceScorecard(models.AbstractModel):
    """Scorecards: one question of the web client, one answer for the whole screen.

    A person's figures are shown to himself and to his managers. Everybody else sees
    that there is a rank, not whose.
    """

    _name = "field.service.scorecard"
    _inherit = [
        "field.service.scorecard.list",
        "field.service.scorecard.index",
        "field.service.scorecard.figures",
    ]
    _description = "Scorecard"

    # ------------------------------------------------------------------- public API
    @api.model
    @api.readonly
    def get_scorecard(self, level, record_id=None, options=None):
        """Return a whole scorecard.

        :param str level: a key of ``MODELS``
        :param int record_id: of the level; without it a technician's own
        :param dict options: ``period``, a key or "twelve_months", which is the default
        :rtype: dict
        """
        record = self._get_record(level, record_id)
        if not record:
            return {"no_person": True, "level": level}
        question = self._get_question(level, record, options)
        rows = self._get_rows(self._get_kpis(level), question)
        known = [row for row in rows if self._has_figure(row)]
        return {
            **self._format_question(question),
            "no_person": False,
            "record_id": record.id,
            "name": record.sudo().display_name,  # The right to see it was checked.
            "is_own": level == "technician" and self._is_own(record),
            "team_name": question["team"].name or "",
            "rows": known,
            "hidden": len(rows) - len(known),
            "index": self._get_index(question),
        }

    @api.model
    @api.readonly
    def get_list(self, level, options=None):
        """Return all records of a level with a few figures of each.

        :param str level: a key of ``MODELS``
        :param dict options: as of ``get_scorecard``
        :rtype: dict
        """
        self._check_level(level)
        if level != "technician":
            self._check_reader()
        question = self._get_question(level, None, options)
        return {
            **self._format_question(question),
            "levels": self._get_levels(),
            **self._get_list(question),
        }

    @api.model
    @api.readonly
    def open_cases(self, kpi_id, level, record_id, options=None, part="current"):
        """Return the action that lists what a figure of a scorecard is the sum of.

        :param int kpi_id: KPI of the row
        :param str part: "current", "previous", or the first day of a month
        """
        record = self._get_record(level, record_id)
        kpi = self._get_kpis(level).filtered(lambda kpi: kpi.id == kpi_id)
        if not record or not kpi or not self._can_open(kpi, level):
            raise UserError(self.env._("The list of this figure is not shown to you."))
        board = self.env["field.service.kpi.dashboard"]
        question = self._get_question(level, record, options)
        return kpi.action_open_cases(board._get_scope(question, part))

    @api.model
    @api.readonly
    def open_index_cases(self, key, record_id, options=None):
        """Return the action that lists the work orders an index is made of.

        :param str key: of the index
        :param int record_id: the technician
        """
        person = self._get_record("technician", record_id)
        source = SOURCES.get(key)
        if not person or not source or not self._can_open_index(source):
            raise UserError(self.env._("The list of this figure is not shown to you."))
        question = self._get_question("technician", person, options)
        return {
            "type": "ir.actions.act_window",
            "name": self._get_index_names()[key],
            "res_model": source.report,
            "views": [(False, "list"), (False, "pivot"), (False, "graph")],
            "domain": self._get_index_domain(source, question, person.id),
            "context": {"create": False},
        }

    # -------------------------------------------------------------------- who may see
    def _check_level(self, level):
        if level not in MODELS:
            raise UserError(
                self.env._("There is no scorecard for “%(level)s”.", level=level)
            )
        if not self.env["field.service.kpi"].has_access("read"):
            raise AccessError(self.env._("Scorecards are not shown to you."))

    def _check_reader(self):
        if not self._is_reader():
            raise AccessError(
                self.env._(
                    "Scorecards of more than your own work are shown to dispatchers, "
                    "to managers and to who may see costs."
                )
            )

    def _is_reader(self):
        return any(self.env.user.has_group(group) for group in READERS)

    def _get_levels(self):
        """Levels whose lists the user may see, with their names."""
        names = self.env["field.service.kpi"]._get_level_names()
        return [
            [level, names[level]]
            for level in MODELS
            if level == "technician" or self._is_reader()
        ]

    def _get_record(self, level, record_id):
        """Return whose scorecard is asked; nothing where the user is nobody.

        :raises AccessError: when the user may not see its figures
        """
        self._check_level(level)
        if level == "technician":
            return self._get_person(record_id)
        self._check_reader()
        record = self.env[MODELS[level]].browse(record_id).exists()
        if not record:
            raise UserError(self.env._("What this scorecard was about is deleted."))
        record.check_access("read")
        if record.company_id and record.company_id not in self.env.companies:
            raise AccessError(self.env._("Switch on the company of this record first."))
        return record

    def _get_person(self, record_id):
        people = self.env["hr.employee"]
        person = people.browse(record_id) if record_id else self.env.user.employee_id
        # Whether an employee exists is no secret; his figures are.
        person = people.browse(person.sudo().exists().id)
        if record_id and not person._filter_scorecard_visible():
            raise AccessError(
                self.env._(
                    "Figures of a person are shown to that person and to his managers: "
                    "who leads his team, his manager, and service managers."
                )
            )
        return person

    def _get_model(self, level):
        return self.env[MODELS[level]]

    def _is_own(self, person):
        return person == self.env.user.employee_id

    # --------------------------------------------------------------------- question
    def _get_question(self, level, record, options):
        """Read what the client asks, for the arithmetic of the dashboard."""
        # Users need no right on employees to have a company.
        company = record.sudo().company_id if record else self.env.company
        company = (company or self.env.company).sudo(False)
        team = self.env["field.service.team"]
        if level == "technician" and record:
            # Members of teams are no secret, and who has a team sees it anyway.
            team = record.sudo().service_team_ids.filtered(
                lambda team: team.company_id == company
            )[:1]
        return {
            "companies": company,
            "company": company,
            "currency": company.currency_id,
            "period": self._get_period(company, options or {}),
            "level": level,
            "record_id": record.id if record else False,
            "team": team,
        }

    def _get_period(self, company, options):
        key = options.get("period")
        today = fields.Date.context_today(self)
        if key in KEYS:
            return get_period(company, key, today)
        start = add(start_of(today, "month"), months=-11)
        period = get_period(company, "custom", today, start, today)
        return period._replace(key=TWELVE_MONTHS)

    def _format_question(self, question):
        board = self.env["field.service.kpi.dashboard"]
        names = self.env["field.service.kpi"]._get_level_names()
        return {
            "level": question["level"],
            "level_name": names[question["level"]],
            "company": question["company"].name,
            "period": board._format_period(question),
            "currency_id": question["currency"].id,
            "families": board._get_families(),
            "as_of": fields.Datetime.to_string(fields.Datetime.now()),
        }

    @staticmethod
    def _has_figure(row):
        return row["value"] is not None or any(
            one["value"] is not None for one in row["series"]
        )

    # ------------------------------------------------------------------------ index
    def _get_index(self, question):
        """Return a technician's index and where he stands; nothing at other levels."""
        if question["level"] != "technician":
            return False
        indices = self._get_indices(question, self._can_read_money())
        mine = indices.get(question["record_id"], {})
        return {
            **self._format_headline(mine),
            "parts": [
                {**part, "can_open": self._can_open_index(SOURCES[part["key"]])}
                for part in self._format_indices(mine, question["currency"])
            ],
            "ranking": self._get_ranking(question, indices),
        }

    def _can_open_index(self, source):
        report = self.env[source.report]
        field = report._fields["technician_id"]
        return report.has_access("read") and report._has_field_access(field, "read")
