from odoo import fields, models


class FieldServiceJobType(models.Model):
    """What kind of work: the template an order starts from."""

    _name = "field.service.job.type"
    _description = "Job Type"
    _order = "sequence, name"
    _check_company_auto = True

    name = fields.Char(required=True, translate=True)
    code = fields.Char(help="Short code, for imports and reports.")
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    color = fields.Integer()
    company_id = fields.Many2one(
        comodel_name="res.company", index="btree_not_null", help="Empty: all companies."
    )
    planned_hours = fields.Float(
        string="Duration (hours)",
        default=1.0,
        help="Hours one visit of this kind usually takes.",
    )
    team_id = fields.Many2one(
        comodel_name="field.service.team", index="btree_not_null", check_company=True
    )
    checklist_id = fields.Many2one(
        comodel_name="field.service.checklist",
        index="btree_not_null",
        check_company=True,
        help="Its questions are copied onto the work order.",
    )
    resource_ids = fields.Many2many(
        comodel_name="resource.resource",
        string="Tools and Vehicles",
        # A job type of all companies names each one's tools; an order takes its own.
        domain="[('resource_type', '=', 'material')]",
        help="Needed by every visit of this kind, and booked for its time.",
    )
    tool_category_ids = fields.Many2many(
        comodel_name="field.service.tool.category",
        string="Any Tool of",
        check_company=True,
        help="Every visit of this kind takes one of each that is free and valid.",
    )
    require_photos = fields.Boolean(
        string="Photos Required",
        help="A photo from before the work and one from after it must be there.",
    )
    require_signature = fields.Boolean(
        string="Signature Required",
        help="The customer signs, or it is said why he did not.",
    )
    # What must be known before an order of this kind is released
    require_asset = fields.Boolean(string="Equipment Required")
    require_description = fields.Boolean(string="Problem Required")
    require_contact = fields.Boolean(string="Contact Required")
    require_window = fields.Boolean(string="Requested Window Required")
    require_reference = fields.Boolean(string="Customer Reference Required")
    crew_size = fields.Integer(
        string="People",
        default=1,
        required=True,
        help="People needed on site, the technician in charge included.",
    )
    skill_line_ids = fields.One2many(
        comodel_name="field.service.job.type.skill",
        inverse_name="job_type_id",
        string="Skills Needed",
        copy=True,
        help="Copied onto the work order, where they can be changed.",
    )
    callback_days = fields.Integer(
        string="Callback Window (days)",
        default=30,
        help="Another order for the same equipment or site within so many days is "
        "proposed as a callback. 0: never.",
    )
    review_percentage = fields.Float(
        string="Reviews (%)",
        help="Share of the completed orders that a service manager reviews. 0: as the "
        "company says.",
    )
    description = fields.Html(string="Instructions", translate=True)

    _code_uniq = models.UniqueIndex(
        "(code, COALESCE(company_id, 0)) WHERE code IS NOT NULL",
        "Another job type has this code.",
    )
    _planned_hours_positive = models.Constraint(
        "CHECK(planned_hours > 0)", "The duration of a job type must be more than zero."
    )
    _crew_size_positive = models.Constraint(
        "CHECK(crew_size > 0)", "At least one person is needed for a job."
    )
    _callback_days_positive = models.Constraint(
        "CHECK(callback_days >= 0)", "The callback window cannot be negative."
    )
    _review_percentage_range = models.Constraint(
        "CHECK(review_percentage >= 0 AND review_percentage <= 100)",
        "The share of reviews lies between 0 and 100 %.",
    )
    _rec_names_search = ["name", "code"]
