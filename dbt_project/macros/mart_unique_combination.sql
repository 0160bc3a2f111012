{# Generic test: no two rows share the values of `columns` (the grain of a model); empty values count as equal. #}
{% test mart_unique_combination(model, columns) %}
    select
        {{ columns | join(', ') }},
        count(*) as n_rows
    from {{ model }}
    group by {{ columns | join(', ') }}
    having count(*) > 1
{% endtest %}
