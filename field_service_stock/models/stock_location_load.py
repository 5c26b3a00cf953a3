from odoo import fields, models


class StockLocationLoad(models.AbstractModel):
    """What a van counts, so that two people at it wait for each other."""

    _name = "field.service.location.load"
    _description = "Loading of Vans"

    service_load_revision = fields.Integer(
        copy=False,
        readonly=True,
        help="Counts what was gathered and loaded: two people at one van wait for "
        "each other.",
    )
