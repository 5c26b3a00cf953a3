from odoo import fields, models
from odoo.exceptions import UserError


class FieldServiceChecklistOption(models.Model):
    """A word that can be chosen as an answer. What was chosen is not reworded."""

    _name = "field.service.checklist.option"
    _description = "Checklist Option"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    answer_ids = fields.One2many(
        comodel_name="field.service.checklist.answer",
        inverse_name="value_option_id",
        export_string_translation=False,
    )

    def write(self, vals):
        # Answers of all work orders count, also of those the user cannot see.
        if "name" in vals and self.sudo().answer_ids:
            raise UserError(
                self.env._(
                    "%(option)s was chosen on work orders: add a new option instead "
                    "of changing this one.",
                    option=", ".join(self.mapped("name")),
                )
            )
        return super().write(vals)
