import logging
from datetime import timedelta

from psycopg2 import OperationalError

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import format_date

_logger = logging.getLogger(__name__)

# Whole weeks after the start, so that each weekday counts as often.
DUE_DAYS = (28, 56, 84, 182, 364)


class FieldServiceImprovement(models.Model):
    """What somebody has changed, why he thinks it helps, and whether it did.

    The effect is the difference in differences of a KPI: the treated team, job type,
    technician or agreement against the others, before against after the start, see
    ``tools/effect.py``. It is measured at due dates and kept, whatever comes later.
    """

    _name = "field.service.improvement"
    _inherit = [
        "mail.thread",
        "mail.activity.mixin",
        "field.service.improvement.effect",
    ]
    _description = "Improvement Action"
    _order = "state, date_start desc, id desc"
    _check_company_auto = True

    name = fields.Char(string="Title", required=True, tracking=True)
    company_id = fields.Many2one(
        comodel_name="res.company",
        required=True,
        index=True,
        default=lambda self: self.env.company,
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    user_id = fields.Many2one(
        comodel_name="res.users",
        string="Owner",
        default=lambda self: self.env.user,
        index="btree_not_null",
        tracking=True,
    )
    state = fields.Selection(
        selection=[
            ("planned", "Planned"),
            ("running", "Running"),
            ("done", "Done"),
            ("cancelled", "Cancelled"),
        ],
        default="planned",
        required=True,
        index=True,
        tracking=True,
    )
    cause = fields.Text(help="What goes wrong today, and why.")
    change = fields.Text(help="What is done differently from the start on.")
    kpi_id = fields.Many2one(
        comodel_name="field.service.kpi",
        string="KPI",
        required=True,
        index=True,
        ondelete="cascade",
        domain="[('denominator', '!=', False), ('minus_numerator', '=', False),"
        " ('direction', '!=', 'none')]",
        check_company=True,
        tracking=True,
    )
    direction = fields.Selection(related="kpi_id.direction")
    date_start = fields.Date(
        string="Start",
        required=True,
        default=lambda self: fields.Date.context_today(self),
        tracking=True,
        help="First day on which the change counts. Before it lies a period of the "
        "same length as the one that is measured.",
    )
    expected_effect = fields.Monetary(
        tracking=True, help="What you expect from it in a year."
    )
    measurement_ids = fields.One2many(
        comodel_name="field.service.improvement.measurement",
        inverse_name="improvement_id",
        readonly=True,
    )
    measurement_count = fields.Integer(
        string="Measurements", compute="_compute_verdict", store=True
    )
    verdict = fields.Selection(
        selection=[
            ("works", "It worked"),
            ("no_effect", "No effect visible"),
            ("harmful", "It did harm"),
            ("too_early", "Too early to say"),
        ],
        compute="_compute_verdict",
        store=True,
        tracking=True,
        help="Of the last measurement.",
    )
    yearly_effect = fields.Monetary(
        string="Measured Effect",
        compute="_compute_verdict",
        store=True,
        help="What the measured change is worth in a year; of the last measurement, if "
        "the suite can tell it in money.",
    )
    next_date = fields.Date(
        string="Next Measurement", compute="_compute_next_date", store=True, index=True
    )

    # ------------------------------------------------------------------- computes
    @api.depends("measurement_ids")
    def _compute_verdict(self):
        for action in self:
            last = action._get_last_measurement()
            action.measurement_count = len(action.measurement_ids)
            action.verdict = last.verdict
            action.yearly_effect = last.yearly_effect

    def _get_last_measurement(self):
        """Return the measurement of the longest time after the start."""
        return self.measurement_ids.sorted(lambda one: (one.date_to, one.id))[-1:]

    @api.depends("date_start", "state", "measurement_ids.is_due")
    def _compute_next_date(self):
        for action in self:
            action.next_date = False
            if action.state == "running" and action.date_start:
                due = action._get_missing_dates()
                # Measured the day after, when the last day is over.
                action.next_date = due and due[0] + timedelta(days=1)

    def _get_missing_dates(self):
        """Return the last days of the measurements that are still to be made."""
        done = self.measurement_ids.filtered("is_due").mapped("date_to")
        dates = (self.date_start + timedelta(days=days - 1) for days in DUE_DAYS)
        return [day for day in dates if day not in done]

    # --------------------------------------------------------------------- checks
    @api.constrains("kpi_id")
    def _check_kpi(self):
        for action in self:
            if not action._is_comparable(action.kpi_id):
                raise ValidationError(
                    self.env._(
                        "“%(kpi)s” cannot be compared day by day. Choose a KPI that is "
                        "a ratio of sums and has a better direction.",
                        kpi=action.kpi_id.name,
                    )
                )

    @api.model
    def _is_comparable(self, kpi):
        """Whether a KPI is a ratio of sums whose days can be added up."""
        registry = self.env["field.service.kpi.measure"]
        parts = (kpi.numerator, kpi.denominator)
        if not kpi.denominator or kpi.minus_numerator or kpi.direction == "none":
            return False
        measures = [registry._get_measure(code) for code in parts]
        return all(
            one.additive
            and one.basis != "status"
            and (one.method or one.aggregate.endswith((":sum", ":count", "__count")))
            for one in measures
        )

    def write(self, vals):
        fixed = {"kpi_id", "date_start", "company_id", *self._get_scope_fields()}
        if fixed & set(vals) and any(self.mapped("measurement_ids")):
            raise UserError(
                self.env._(
                    "The effect was measured already: KPI, start and scope stay as "
                    "they are. Make a new action instead."
                )
            )
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_measured(self):
        if any(self.mapped("measurement_ids")):
            raise UserError(
                self.env._("What was measured is history. Cancel the action instead.")
            )

    # -------------------------------------------------------------------- actions
    def action_start(self):
        """The change counts from the start on; measurements are due from then."""
        self.write({"state": "running"})
        return True

    def action_done(self):
        """Nothing more is measured by itself."""
        self.write({"state": "done"})
        return True

    def action_cancel(self):
        """The change was taken back, or never made."""
        self.write({"state": "cancelled"})
        return True

    def action_plan(self):
        """Plan it again."""
        self.write({"state": "planned"})
        return True

    def action_measure(self):
        """Measure until yesterday, beside the due dates.

        :raises UserError: when the change has not lasted for a whole day
        """
        yesterday = fields.Date.context_today(self) - timedelta(days=1)
        for action in self:
            if action.date_start > yesterday:
                raise UserError(
                    self.env._(
                        "“%(name)s” starts on %(date)s: there is no whole day to "
                        "measure yet.",
                        name=action.name,
                        date=format_date(self.env, action.date_start),
                    )
                )
            action._measure(yesterday)
        return True

    def action_open_measurements(self):
        """Open everything that was measured."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Measurements"),
            "res_model": "field.service.improvement.measurement",
            "views": [(False, "list"), (False, "form")],
            "domain": [("improvement_id", "=", self.id)],
            "context": {"create": False},
        }

    # ----------------------------------------------------------------------- cron
    @api.model
    def _cron_measure(self):
        """Measure what is due; what goes wrong with one stops no other."""
        today = fields.Date.context_today(self)
        due = self.search([("state", "=", "running"), ("next_date", "<=", today)])
        cron = self.env["ir.cron"]
        cron._commit_progress(remaining=len(due))
        for action in due:
            try:
                with self.env.cr.savepoint():
                    action.with_company(action.company_id)._measure_due(today)
            except OperationalError:
                _logger.warning("%s: concurrent change, next time", action.name)
            except (UserError, ValidationError) as error:
                _logger.warning("%s: not measured: %s", action.name, error)
            if not cron._commit_progress(1):
                return

    def _measure_due(self, today):
        """Measure every due date that is over, each with what was known until it."""
        self.ensure_one()
        last = self.measurement_ids.browse()
        for day in self._get_missing_dates():
            if day < today:
                last = self._measure(day, is_due=True)
        if not last:
            return
        owner = self.user_id
        action = self.with_context(lang=owner.lang) if owner else self
        summary = last.with_context(lang=owner.lang).display_name
        action.message_post(body=summary)
        if owner:
            action.activity_schedule(
                "mail.mail_activity_data_todo", summary=summary, user_id=owner.id
            )
