{#
    What it is: in no row of the table is one of `columns` empty. One question of the table, and not one for each column.
    When it matters: always; what reads the table counts on these columns.
    How to resolve it: `empty_column` names the first empty column of each row; find the delivery (or the line of the seed) that the row
    came from, and mend that or the model.
    Who mends it: whoever maintains the pipeline.
#}
{% test filled(model, columns) %}
    select
        case
            {%- for column in columns %}
            when {{ column }} is null then '{{ column }}'
            {%- endfor %}
        end as empty_column
    from {{ model }}
    where
        {%- for column in columns %}
        {{ "or " if not loop.first }}{{ column }} is null
        {%- endfor %}
{% endtest %}
