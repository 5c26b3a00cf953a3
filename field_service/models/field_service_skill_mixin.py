from odoo import api, fields, models
from odoo.exceptions import ValidationError


class FieldServiceSkillMixin(models.AbstractModel):
    """A skill that work needs, at a level at least, as employees have it in HR."""

    _name = "field.service.skill.mixin"
    _description = "Required Skill"
    _order = "skill_type_id, skill_id, id"
    _rec_name = "skill_id"

    skill_type_id = fields.Many2one(
        comodel_name="hr.skill.type",
        compute="_compute_skill_type_id",
        store=True,
        readonly=False,
        precompute=True,
        required=True,
        index=True,
        ondelete="cascade",
    )
    skill_id = fields.Many2one(
        comodel_name="hr.skill",
        required=True,
        index=True,
        ondelete="cascade",
        domain="[('skill_type_id', '=?', skill_type_id)]",
    )
    level_id = fields.Many2one(
        comodel_name="hr.skill.level",
        string="Minimum Level",
        index="btree_not_null",
        ondelete="set null",
        domain="[('skill_type_id', '=', skill_type_id)]",
        help="Empty: any level will do.",
    )
    mandatory = fields.Boolean(
        default=True,
        help="Nobody is proposed without it. What is not mandatory is an advantage.",
    )

    @api.depends("skill_id")
    def _compute_skill_type_id(self):
        for line in self:
            line.skill_type_id = line.skill_id.skill_type_id or line.skill_type_id

    @api.onchange("skill_type_id")
    def _onchange_skill_type_id(self):
        if self.skill_id.skill_type_id != self.skill_type_id:
            self.skill_id = False
        if self.level_id.skill_type_id != self.skill_type_id:
            self.level_id = False

    @api.constrains("skill_type_id", "skill_id", "level_id")
    def _check_type(self):
        for line in self:
            types = line.skill_id.skill_type_id | line.level_id.skill_type_id
            if types - line.skill_type_id:
                raise ValidationError(
                    self.env._(
                        "Skill “%(skill)s”, its type and its level do not belong "
                        "together.",
                        skill=line.skill_id.name,
                    )
                )

    def _get_label(self):
        """Return the skill with the level that is needed."""
        self.ensure_one()
        if not self.level_id:
            return self.skill_id.name
        return f"{self.skill_id.name} ({self.level_id.name})"

    def _prepare_copy_values(self):
        """Return the values of the same requirement elsewhere."""
        self.ensure_one()
        return {
            "skill_type_id": self.skill_type_id.id,
            "skill_id": self.skill_id.id,
            "level_id": self.level_id.id,
            "mandatory": self.mandatory,
        }
