from odoo import api, fields, models
from odoo.exceptions import ValidationError


class FieldServiceChecklistLine(models.Model):
    _name = "field.service.checklist.line"
    _description = "Checklist Question"
    _inherit = ["field.service.question.mixin"]
    _order = "checklist_id, sequence, id"
    _check_company_auto = True

    checklist_id = fields.Many2one(
        comodel_name="field.service.checklist",
        required=True,
        index=True,
        ondelete="cascade",
        check_company=True,
    )
    company_id = fields.Many2one(
        related="checklist_id.company_id", store=True, index="btree_not_null"
    )
    option_ids = fields.Many2many(
        comodel_name="field.service.checklist.option",
        relation="field_service_checklist_line_option_rel",
        string="Options",
    )
    defect_option_ids = fields.Many2many(
        comodel_name="field.service.checklist.option",
        relation="field_service_checklist_line_defect_rel",
        string="Defects",
        domain="[('id', 'in', option_ids)]",
        help="Options that raise a finding.",
    )

    @api.constrains("type", "option_ids")
    def _check_options(self):
        for line in self:
            if line.type == "choice" and len(line.option_ids) < 2:
                raise ValidationError(
                    self.env._(
                        "“%(question)s” needs at least two options to choose from.",
                        question=line.name,
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        lines = super().create(vals_list)
        lines.checklist_id._count_version()
        return lines

    def write(self, vals):
        checklists = self.checklist_id
        result = super().write(vals)
        (checklists | self.checklist_id)._count_version()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_count_version(self):
        self.checklist_id._count_version()

    def _prepare_answer_values(self, order):
        """Return the values of the question on a work order."""
        self.ensure_one()
        return {
            **self._prepare_question_values(),
            "order_id": order.id,
            "checklist_id": self.checklist_id.id,
            "line_id": self.id,
        }
