{# Generic test: every row that was read was accepted, rejected or a duplicate. #}
{% test mart_rows_conserved(model) %}
    select *
    from {{ model }}
    where
        status = 'accepted'
        and rows_read <> rows_accepted + rows_rejected + rows_duplicate
{% endtest %}
