from odoo import fields, models


class FieldServiceToolCategory(models.Model):
    """What tools are there several of, and how often they are calibrated."""

    _name = "field.service.tool.category"
    _description = "Tool Category"
    _order = "sequence, name"
    _check_company_auto = True

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        comodel_name="res.company", index="btree_not_null", help="Empty: all companies."
    )
    needs_calibration = fields.Boolean(
        help="Its tools may be used only with a valid calibration."
    )
    calibration_months = fields.Integer(
        string="Calibrated every (Months)",
        default=12,
        help="Proposed as the validity of a new calibration.",
    )
    resource_ids = fields.One2many(
        comodel_name="resource.resource",
        inverse_name="service_tool_category_id",
        string="Tools",
    )

    _months_positive = models.Constraint(
        "CHECK(calibration_months > 0)",
        "The time between two calibrations must be more than zero.",
    )
