from odoo import fields, models


class FieldServiceJobTypeSkill(models.Model):
    """A skill that a kind of work needs."""

    _name = "field.service.job.type.skill"
    _inherit = ["field.service.skill.mixin"]
    _description = "Skill of a Job Type"
    _check_company_auto = True

    job_type_id = fields.Many2one(
        comodel_name="field.service.job.type",
        required=True,
        index=True,
        ondelete="cascade",
        check_company=True,
    )
    company_id = fields.Many2one(
        related="job_type_id.company_id", store=True, index="btree_not_null"
    )

    _skill_uniq = models.Constraint(
        "UNIQUE(job_type_id, skill_id)", "A skill is asked for once."
    )
