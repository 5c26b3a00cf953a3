from odoo import api, models


class FieldServiceScorecardMixin(models.AbstractModel):
    """Records that have a scorecard: a button on their form opens it."""

    _name = "field.service.scorecard.mixin"
    _description = "Has a Scorecard"

    # Level of KPIs, a key of ``measure.LEVELS``.
    _scorecard_level = None

    def _get_scorecard_level(self):
        """Level at which the scorecard of this record is read."""
        self.ensure_one()
        return self._scorecard_level

    @api.readonly
    def action_open_scorecard(self):
        """Open the scorecard of this record."""
        self.ensure_one()
        return {
            "type": "ir.actions.client",
            "tag": "field_service_kpi_scorecard",
            "name": self.env._("Scorecard"),
            "params": {"level": self._get_scorecard_level(), "record_id": self.id},
        }
