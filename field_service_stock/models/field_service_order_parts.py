from odoo import models


class FieldServiceOrderParts(models.AbstractModel):
    """An order is done when each part has been accounted for."""

    _name = "field.service.order.parts"
    _description = "Account of a Work Order's Parts"

    def _get_reasons_done(self):
        return super()._get_reasons_done() + self._get_reasons_parts()

    def _get_reasons_undocumented(self):
        return super()._get_reasons_undocumented() + self._get_reasons_loaded()

    def _get_reasons_parts(self):
        """Name the parts that are reserved, or needed and untouched."""
        waiting = self.part_ids.filtered(lambda part: not part._is_settled())
        if not waiting:
            return []
        return [
            self.env._(
                "The technician must use or release these parts: %(parts)s.",
                parts=", ".join(waiting.mapped("display_name")),
            )
        ]

    def _get_reasons_loaded(self):
        """Name what was brought to the van and is neither used nor said to stay."""
        rest = self.part_ids.filtered(
            lambda part: part.unaccounted_qty and part._is_settled()
        )
        if not rest:
            return []
        return [
            self.env._(
                "These parts were loaded for the order: say that they were used, or "
                "stay in the van: %(parts)s.",
                parts=", ".join(
                    f"{part.unaccounted_qty:g} {part.uom_id.name} {part.display_name}"
                    for part in rest
                ),
            )
        ]
