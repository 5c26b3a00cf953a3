from odoo import fields, models


class FieldServiceReviewCriterion(models.Model):
    """What a service manager looks at when he reviews a job."""

    _name = "field.service.review.criterion"
    _description = "Review Criterion"
    _order = "sequence, id"
    _check_company_auto = True

    name = fields.Char(required=True, translate=True)
    description = fields.Char(translate=True, help="What five points stand for.")
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        comodel_name="res.company", index="btree_not_null", help="Empty: all companies."
    )
    job_type_ids = fields.Many2many(
        comodel_name="field.service.job.type",
        string="Job Types",
        check_company=True,
        help="Empty: all job types.",
    )
