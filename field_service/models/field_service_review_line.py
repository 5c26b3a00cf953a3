from odoo import fields, models

SCORES = [
    ("1", "1 – not acceptable"),
    ("2", "2 – poor"),
    ("3", "3 – acceptable"),
    ("4", "4 – good"),
    ("5", "5 – very good"),
]


class FieldServiceReviewLine(models.Model):
    """The score of one criterion. The criterion's name is kept as it was."""

    _name = "field.service.review.line"
    _description = "Score of a Criterion"
    _order = "review_id, sequence, id"
    _check_company_auto = True

    review_id = fields.Many2one(
        comodel_name="field.service.review",
        required=True,
        index=True,
        ondelete="cascade",
        check_company=True,
    )
    company_id = fields.Many2one(
        related="review_id.company_id", store=True, index=True, precompute=True
    )
    criterion_id = fields.Many2one(
        comodel_name="field.service.review.criterion",
        string="From the List",
        index="btree_not_null",
        ondelete="set null",
        check_company=True,
    )
    sequence = fields.Integer(default=10)
    name = fields.Char(string="Criterion", required=True)
    score = fields.Selection(selection=SCORES)
    comment = fields.Char()
