from datetime import timedelta

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import ValidationError


class FieldServiceCalibration(models.Model):
    """One calibration of a tool, with its certificate. The latest one counts."""

    _name = "field.service.calibration"
    _description = "Calibration"
    _order = "date desc, id desc"
    _check_company_auto = True

    resource_id = fields.Many2one(
        comodel_name="resource.resource",
        string="Tool",
        required=True,
        index=True,
        ondelete="cascade",
        check_company=True,
        domain="[('resource_type', '=', 'material')]",
    )
    company_id = fields.Many2one(
        related="resource_id.company_id",
        store=True,
        index="btree_not_null",
        precompute=True,
    )
    category_id = fields.Many2one(related="resource_id.service_tool_category_id")
    date = fields.Date(required=True, default=fields.Date.context_today, index=True)
    result = fields.Selection(
        selection=[("pass", "Passed"), ("fail", "Failed")],
        required=True,
        default="pass",
    )
    valid_until = fields.Date(
        compute="_compute_valid_until",
        store=True,
        readonly=False,
        precompute=True,
        help="The last day on which the tool may be used.",
    )
    partner_id = fields.Many2one(
        comodel_name="res.partner",
        string="Done by",
        index="btree_not_null",
        check_company=True,
    )
    number = fields.Char(string="Certificate Number")
    certificate = fields.Binary(attachment=True)
    certificate_name = fields.Char()
    note = fields.Text()

    _valid_after_date = models.Constraint(
        "CHECK(valid_until IS NULL OR valid_until >= date)",
        "A calibration cannot end before it was done.",
    )
    _passed_has_an_end = models.Constraint(
        "CHECK(result = 'fail' OR valid_until IS NOT NULL)",
        "Say until when the calibration is valid.",
    )

    @api.depends("date", "result", "resource_id")
    def _compute_valid_until(self):
        for calibration in self:
            months = calibration.resource_id.service_tool_category_id.calibration_months
            if calibration.result == "fail" or not calibration.date:
                calibration.valid_until = False
            else:
                period = relativedelta(months=months or 12)
                calibration.valid_until = calibration.date + period

    @api.depends("resource_id", "date")
    def _compute_display_name(self):
        for calibration in self:
            day = fields.Date.to_string(calibration.date) or ""
            names = (calibration.resource_id.display_name, day)
            calibration.display_name = ", ".join(filter(None, names))

    @api.constrains("date")
    def _check_date(self):
        # Somewhere on earth it is tomorrow already.
        latest = fields.Date.today() + timedelta(days=1)
        for calibration in self:
            if calibration.date > latest:
                raise ValidationError(
                    self.env._(
                        "%(tool)s: a calibration is recorded when it is done, not "
                        "before.",
                        tool=calibration.resource_id.name,
                    )
                )
