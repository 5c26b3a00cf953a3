from random import randint

from odoo import fields, models


class FieldServiceTag(models.Model):
    _name = "field.service.tag"
    _description = "Work Order Tag"
    _order = "name"

    name = fields.Char(required=True, translate=True)
    color = fields.Integer(default=lambda self: self._default_color())

    _name_uniq = models.Constraint("UNIQUE(name)", "A tag of this name exists already.")

    def _default_color(self):
        return randint(1, 11)
