from odoo import api, fields, models


class FieldServiceAssetReading(models.Model):
    """What a meter of a piece of equipment showed, and when."""

    _name = "field.service.asset.reading"
    _description = "Meter Reading"
    _order = "date desc, id desc"
    _check_company_auto = True

    name = fields.Char(string="Meter", required=True)
    asset_id = fields.Many2one(
        comodel_name="field.service.asset",
        string="Equipment",
        required=True,
        index=True,
        ondelete="cascade",
        check_company=True,
    )
    company_id = fields.Many2one(
        related="asset_id.company_id", store=True, index=True, precompute=True
    )
    date = fields.Datetime(default=fields.Datetime.now, required=True, index=True)
    value = fields.Float(digits=(16, 6), required=True, aggregator="max")
    unit = fields.Char()
    order_id = fields.Many2one(
        comodel_name="field.service.order",
        readonly=True,
        index="btree_not_null",
        ondelete="cascade",
        check_company=True,
    )
    answer_id = fields.Many2one(
        comodel_name="field.service.checklist.answer",
        readonly=True,
        index="btree_not_null",
        ondelete="cascade",
        check_company=True,
    )

    _answer_uniq = models.UniqueIndex(
        "(answer_id) WHERE answer_id IS NOT NULL", "This answer has a reading already."
    )

    @api.model
    def _sync_answers(self, answers):
        """Keep exactly one reading per answered meter question. Idempotent."""
        # A reading follows from an answer the user was allowed to give.
        answers = answers.sudo().filtered(lambda answer: answer.type == "reading")
        given = answers.filtered(
            lambda answer: answer.is_answered and answer.is_asked and answer.asset_id
        )
        (answers - given).reading_ids.unlink()
        for answer in given:
            values = self._prepare_values(answer)
            reading = answer.reading_ids
            if not reading:
                reading.create(values)
            elif any(
                reading._fields[name].convert_to_write(reading[name], reading) != value
                for name, value in values.items()
            ):
                reading.write(values)

    @api.model
    def _prepare_values(self, answer):
        """Return the values of the reading that an answer stands for."""
        return {
            "name": answer.name,
            "asset_id": answer.asset_id.id,
            "date": answer.answered_on or fields.Datetime.now(),
            "value": answer.value_number,
            "unit": answer.unit,
            "order_id": answer.order_id.id,
            "answer_id": answer.id,
        }
