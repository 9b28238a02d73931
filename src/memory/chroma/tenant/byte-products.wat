;; The instructions of byte-products.ts, for processors that multiply eight numbers at once.
(module
  (memory (export "memory") 1)

  ;; For each of `count` rows: the sum of the products of the question's numbers (two bytes each) with the row's (one
  ;; byte each). Sixteen numbers a turn, in two sums side by side. The last turn may read beyond a row: the question has
  ;; zeros there.
  (func (export "dotProducts")
    (param $question i32)  ;; where it begins; its numbers, a multiple of 16, end at the first product
    (param $row i32)       ;; where the first begins
    (param $stride i32)    ;; bytes from one row to the next
    (param $count i32)     ;; at least 1
    (param $product i32)   ;; where the first is put, of four bytes
    (local $end i32) (local $next i32) (local $at i32)
    (local $bytes v128) (local $a v128) (local $b v128)
    (local.set $end (local.get $product))
    (loop $rows
      (local.set $next (i32.add (local.get $row) (local.get $stride)))
      (local.set $at (local.get $question))
      (local.set $a (v128.const i32x4 0 0 0 0))
      (local.set $b (v128.const i32x4 0 0 0 0))
      (loop $numbers
        (local.set $bytes (v128.load (local.get $row)))
        (local.set $a (i32x4.add (local.get $a) (i32x4.dot_i16x8_s
          (v128.load (local.get $at))
          (i16x8.extend_low_i8x16_s (local.get $bytes)))))
        (local.set $b (i32x4.add (local.get $b) (i32x4.dot_i16x8_s
          (v128.load offset=16 (local.get $at))
          (i16x8.extend_high_i8x16_s (local.get $bytes)))))
        (local.set $row (i32.add (local.get $row) (i32.const 16)))
        (local.set $at (i32.add (local.get $at) (i32.const 32)))
        (br_if $numbers (i32.lt_u (local.get $at) (local.get $end))))
      (local.set $a (i32x4.add (local.get $a) (local.get $b)))
      (i32.store (local.get $product)
        (i32.add
          (i32.add (i32x4.extract_lane 0 (local.get $a)) (i32x4.extract_lane 1 (local.get $a)))
          (i32.add (i32x4.extract_lane 2 (local.get $a)) (i32x4.extract_lane 3 (local.get $a)))))
      (local.set $product (i32.add (local.get $product) (i32.const 4)))
      (local.set $row (local.get $next))
      (br_if $rows (local.tee $count (i32.sub (local.get $count) (i32.const 1)))))))
