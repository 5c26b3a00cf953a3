import logging

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..measure import LEVELS, Scope

_logger = logging.getLogger(__name__)

# What is kept month by month; anything else can be asked for at any time.
KEPT_LEVELS = ("company", "team", "technician", "job_type")


class FieldServiceKpiValue(models.Model):
    """A KPI of one month as it was computed: history that no later posting changes.

    The running month is written anew every night. A frozen one stays, with the target
    that counted then: what has changed since is the difference to today's figure.
    """

    _name = "field.service.kpi.value"
    _description = "KPI Value"
    _order = "period desc, kpi_id, level, res_id"
    _rec_name = "kpi_id"

    kpi_id = fields.Many2one(
        comodel_name="field.service.kpi",
        string="KPI",
        required=True,
        index=True,
        ondelete="cascade",
        readonly=True,
    )
    company_id = fields.Many2one(
        comodel_name="res.company",
        required=True,
        index=True,
        ondelete="cascade",
        readonly=True,
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    period = fields.Date(
        string="Month", required=True, readonly=True, help="First day of the month."
    )
    level = fields.Selection(selection="_get_level_selection", required=True)
    res_id = fields.Integer(
        string="Record",
        readonly=True,
        aggregator=None,
        help="Of which team, technician or job type; 0 for the whole company.",
    )
    employee_id = fields.Many2one(
        comodel_name="hr.employee",
        check_company=True,
        string="Technician",
        index="btree_not_null",
        ondelete="cascade",
        readonly=True,
    )
    scope_name = fields.Char(string="Of", compute="_compute_scope_name")
    numerator = fields.Float(readonly=True, digits=False)
    denominator = fields.Float(readonly=True, digits=False)
    has_value = fields.Boolean(readonly=True)
    value = fields.Float(readonly=True, digits=False, aggregator=None)
    value_text = fields.Char(string="Figure", compute="_compute_value_text")
    cases = fields.Integer(string="n", readonly=True)
    target_id = fields.Many2one(
        comodel_name="field.service.kpi.target",
        string="Judged By",
        check_company=True,
        index="btree_not_null",
        ondelete="set null",
        readonly=True,
    )
    target = fields.Float(
        readonly=True, digits=False, aggregator=None, help="The target that counted."
    )
    status = fields.Selection(
        selection=[("good", "Good"), ("amber", "Amber"), ("bad", "Bad")],
        readonly=True,
    )
    computed_at = fields.Datetime(string="As Of", readonly=True)
    is_frozen = fields.Boolean(string="Frozen", readonly=True)

    _one_per_month = models.UniqueIndex(
        "(kpi_id, company_id, period, level, COALESCE(res_id, 0))",
        "There is a value of this KPI for this month already.",
    )

    @api.model
    def _get_level_selection(self):
        names = self.env["field.service.kpi"]._get_level_names()
        return [(level, names[level]) for level in LEVELS]

    @api.model
    def _get_level_models(self):
        """Models of the levels, by level."""
        return {
            "company": "res.company",
            "team": "field.service.team",
            "technician": "hr.employee",
            "job_type": "field.service.job.type",
            "customer": "res.partner",
            "site": "res.partner",
            "asset": "field.service.asset",
            "agreement": "field.service.agreement",
        }

    @api.depends("res_id", "level")
    def _compute_scope_name(self):
        level_models = self._get_level_models()
        for level, values in self.grouped("level").items():
            model = level_models[level or "company"]
            records = self.env[model].browse(values.mapped("res_id")).exists()
            names = {record.id: record.display_name for record in records}
            for value in values:
                value.scope_name = names.get(
                    value.res_id, value.company_id.display_name
                )

    @api.depends("value", "has_value", "kpi_id")
    @api.depends_context("lang")
    def _compute_value_text(self):
        for value in self:
            shown = value.value if value.has_value else None
            value.value_text = value.kpi_id._format_value(shown, value.currency_id)

    # ---------------------------------------------------------------------- writing
    @api.model
    def _cron_update(self):
        """Write the running month and the last one of every company; freeze older.

        A month is frozen as soon as the next but one begins: late documents of the
        first weeks still belong to it.
        """
        today = fields.Date.context_today(self)
        month = today.replace(day=1)
        companies = self.env["res.company"].search([("id", "!=", False)])
        self.env["ir.cron"]._commit_progress(remaining=len(companies))
        for company in companies:
            try:
                # One company's trouble is not the others'.
                with self.env.cr.savepoint():
                    for back in (1, 0):
                        self._update(company, month - relativedelta(months=back))
                    self._freeze(company, month - relativedelta(months=2))
            except UserError as error:
                _logger.warning("KPI values of %s: %s", company.name, error)
            self.env["ir.cron"]._commit_progress(1)

    @api.model
    def _update(self, company, month):
        """Write the values of one company and month; frozen ones stay as they are."""
        period = {
            "date_from": month,
            "date_to": month + relativedelta(months=1, days=-1),
        }
        known = {
            (value.kpi_id.id, value.level, value.res_id or 0): value
            for value in self.search(
                [("company_id", "=", company.id), ("period", "=", month)]
            )
        }
        if any(value.is_frozen for value in known.values()):
            return
        kpis = self.env["field.service.kpi"].search(
            [("company_id", "in", (False, company.id))]
        )
        new, seen = [], set()
        for level in KEPT_LEVELS:
            scope = Scope(
                company, level=None if level == "company" else level, **period
            )
            for key, values in self._prepare_values(kpis, scope, level).items():
                seen.add(key)
                if key in known:
                    known[key].write(values)
                else:
                    new.append(values)
        self.create(new)
        gone = [value.id for key, value in known.items() if key not in seen]
        self.browse(gone).unlink()

    def _prepare_values(self, kpis, scope, level):
        """Values to write of one level, by (KPI, level, record)."""
        target_model = self.env["field.service.kpi.target"]
        targets = target_model._get_targets(kpis, scope)
        result = {}
        for kpi, by_key in kpis._get_values(scope).items():
            for (company_id, record_id, _start), value in by_key.items():
                if level != "company" and not record_id:
                    continue
                target = target_model._find_target(targets, kpi, company_id, record_id)
                result[kpi.id, level, record_id or 0] = {
                    "kpi_id": kpi.id,
                    "company_id": company_id,
                    "period": scope.date_from,
                    "level": level,
                    "res_id": record_id or 0,
                    "employee_id": record_id if level == "technician" else False,
                    "numerator": value.numerator or 0.0,
                    "denominator": value.denominator or 0.0,
                    "has_value": value.value is not None,
                    "value": value.value or 0.0,
                    "cases": value.cases,
                    "target_id": target.id,
                    "target": target.target,
                    "status": None
                    if kpi._is_too_small(value)
                    else target._get_status(value.value, scope),
                    "computed_at": fields.Datetime.now(),
                }
        return result

    @api.model
    def _freeze(self, company, month):
        """Freeze a month and all before it: they are history from now on."""
        self.search(
            [
                ("company_id", "=", company.id),
                ("period", "<=", month),
                ("is_frozen", "=", False),
            ]
        ).is_frozen = True

    @api.ondelete(at_uninstall=False)
    def _unlink_except_frozen(self):
        if any(self.mapped("is_frozen")):
            raise UserError(
                self.env._("A frozen month is history: its figures cannot be deleted.")
            )

    def write(self, vals):
        if any(self.mapped("is_frozen")) and set(vals) - {"target_id"}:
            raise UserError(
                self.env._("A frozen month is history: its figures cannot be changed.")
            )
        return super().write(vals)
