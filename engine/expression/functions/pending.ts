const words = (text: string): ReadonlySet<string> => new Set(text.trim().split(/\s+/));

/** Functions that Spark has and this table has not yet: they are refused by name, as NOT_YET_SUPPORTED, never as unknown. */
export const pendingFunctions = {
  scalars: words(`
    aes_decrypt aes_encrypt try_aes_decrypt bitmap_bit_position bitmap_bucket_number bitmap_count bool_xor char_length collation collations
    cume_dist current_catalog current_database current_schema current_user session_user user dense_rank from_avro from_csv from_protobuf
    from_xml get_json_object grouping grouping_id hash hll_sketch_estimate hll_union input_file_block_length input_file_block_start
    input_file_name is_valid_utf8 is_variant_null java_method json_tuple lag lead make_valid_utf8 nth_value ntile parse_json parse_url
    percent_rank printf randn random randstr rank reflect row_number schema_of_csv schema_of_json schema_of_variant schema_of_xml sentences
    shuffle soundex spark_partition_id sql_keywords st_asbinary st_geogfromwkb st_geomfromwkb str_to_map to_avro to_csv to_number to_protobuf
    to_time to_variant_object to_xml try_parse_json try_parse_url try_reflect try_to_number try_to_time try_url_decode try_validate_utf8
    try_variant_get uniform uuid_v7 url_decode url_encode validate_utf8 variant_explode variant_get version xpath xpath_boolean xpath_double
    xpath_float xpath_int xpath_long xpath_number xpath_short xpath_string xxhash64 zstd_compress zstd_decompress format_string format_number
    format_time window session_window window_time collate ngrams current_time localtimestamp make_time hour_of_day time_diff time_trunc
  `),
  aggregates: words(`
    any any_value approx_count_distinct approx_top_k array_agg avg bit_and bit_or bit_xor bitmap_and_agg bitmap_construct_agg bitmap_or_agg
    bool_and bool_or collect_list collect_set corr count_if count_min_sketch covar_pop covar_samp every first first_value hll_sketch_agg
    hll_union_agg kurtosis last last_value max_by mean min_by schema_of_variant_agg skewness some std stddev stddev_pop stddev_samp
    theta_sketch_agg try_avg try_sum var_pop var_samp variance product
  `),
} as const;
