from odoo import fields, models


class FieldServiceVisitRate(models.Model):
    """What an hour of one person cost on a visit, frozen when it was first posted.

    A later change of the person's rate does not touch work that is posted, and a
    correction of the hours is posted at the rate of the day of the work.
    """

    _name = "field.service.visit.rate"
    _description = "Frozen Labour Rate of a Visit"
    _order = "visit_id, id"
    _check_company_auto = True

    visit_id = fields.Many2one(
        comodel_name="field.service.visit",
        required=True,
        index=True,
        ondelete="cascade",
        check_company=True,
    )
    company_id = fields.Many2one(related="visit_id.company_id", store=True, index=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    employee_id = fields.Many2one(
        comodel_name="hr.employee", string="Technician", required=True, index=True
    )
    rate = fields.Monetary(string="Cost per Hour", required=True, readonly=True)

    _person_uniq = models.Constraint(
        "UNIQUE(visit_id, employee_id)", "A person has one rate per visit."
    )
