from odoo import api, models


class FieldServiceOrderStage(models.AbstractModel):
    """A company's own stage is one way to ask for a technical state.

    It never says anything else than the state: whoever asks for a stage meets the gate,
    and whatever else happens, the stage follows the state.
    """

    _name = "field.service.order.stage"
    _description = "Stage of Work Orders"

    @api.model_create_multi
    def create(self, vals_list):
        default = self.default_get(["stage_id"])
        orders = super().create(
            [self._complete_state({**default, **vals}) for vals in vals_list]
        )
        orders._align_stage()
        return orders

    def write(self, vals):
        result = super().write(self._complete_state(vals))
        if "stage_id" in vals:
            self._align_stage()
        return result

    @api.model
    def _complete_state(self, vals):
        """Return values that ask for the state of the stage they ask for."""
        if not vals.get("stage_id") or "state" in vals:
            return vals
        stage = self.env["field.service.stage"].browse(vals["stage_id"])
        return {**vals, "state": stage.state}

    def _align_stage(self):
        """Give each order a stage of its state, keeping the one that fits."""
        wrong = self.filtered(lambda order: order.stage_id.state != order.state)
        self.env.add_to_compute(self._fields["stage_id"], wrong)
